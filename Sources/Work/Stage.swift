/// Part of long work: its name, its needs, its unit, its cost and the artefact that it leaves.
///
/// Estimates, progress, phase times and the keys of resumed work are taken from here.
package struct Stage: Sendable, Equatable {
  /// Piece of the work after which progress is reported, and a record kept if work can be resumed.
  package enum Unit: String, Sendable {
    case layers, windows, tensors, bytes
  }

  /// Earlier stage whose artefact is read.
  package struct Need: Sendable, Equatable {
    package enum Extent: Sendable, Equatable {
      /// All units of that stage, before the first unit of this one.
      case whole
      /// The same unit of that stage.
      case unit
    }

    package let key: String
    package let extent: Extent

    package static func whole(_ key: String) -> Need { Need(key: key, extent: .whole) }
    package static func unit(_ key: String) -> Need { Need(key: key, extent: .unit) }
  }

  /// Name in progress, times and `--dry-run`.
  package let name: String
  /// Key of its records in the artefact store, unique in a list.
  package let key: String
  package let unit: Unit
  /// Whether a unit needs the one before it, because the stage changes the streams that it reads.
  ///
  /// Units of other stages read the dense model's activations, and could run in any order if those
  /// were recorded.
  package let isConsecutive: Bool
  /// Content of its records, in words; nil if it leaves none.
  package let artifact: String?
  package private(set) var needs: [Need] = []
  package private(set) var cost = StageCost()

  package init(
    _ name: String, key: String, unit: Unit = .layers, isConsecutive: Bool = false,
    artifact: String? = nil
  ) {
    self.name = name
    self.key = key
    self.unit = unit
    self.isConsecutive = isConsecutive
    self.artifact = artifact
  }

  /// Copy that needs other stages; nil is no need.
  package func needing(_ needs: Need?...) -> Stage {
    var stage = self
    stage.needs = needs.compactMap { $0 }
    return stage
  }

  /// Copy with a cost.
  package func costing(_ cost: StageCost) -> Stage {
    var stage = self
    stage.cost = cost
    return stage
  }
}
