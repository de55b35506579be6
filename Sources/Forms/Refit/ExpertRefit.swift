import Architectures
import Calibration
package import Checkpoints
import Containers
package import DMOE
package import Experts
import Kernels
import Running
package import Tensors
package import Work

/// Refit of an expert that is exported as a plain model: its down projections are fitted anew, so
/// that they repair much of what the missing neurons did.
package struct ExpertRefit: Sendable {
  /// Whether an export refits.
  package enum Choice: Sendable {
    case never
    /// Refits if the container allows it.
    case ifPossible
    case always
  }

  private let model: Model
  private let expert: ExpertTensors
  private let windows: CalibrationWindows
  /// Down projections of the source, by layer.
  private let downs: [DMOEDirectory.SourceTensor]

  private init(_ model: Model, _ expert: ExpertTensors, _ windows: CalibrationWindows) {
    self.model = model
    self.expert = expert
    self.windows = windows
    downs = expert.container.directory.sourceTensors.filter { $0.cut?.parts == [.down] }
      .sorted { ($0.cut?.layer ?? 0) < ($1.cut?.layer ?? 0) }
  }

  /// Plans the refit of an expert.
  ///
  /// - Parameters:
  ///   - checkpoint: a container, or an overlay on its base.
  ///   - expert: the expert to export; the dense model lacks nothing and is never refitted.
  ///   - choice: whether to refit.
  /// - Returns: the refit, or the obstacle to one that was wanted; neither if none was.
  /// - Throws: ``FormError/noRefit(path:_:)`` if one is required that the container does not allow.
  package static func planned(
    _ checkpoint: Checkpoint, _ expert: ExpertTensors, _ choice: Choice
  ) throws -> (refit: ExpertRefit?, obstacle: RefitObstacle?) {
    guard choice != .never, !expert.isDense else { return (nil, nil) }
    let model = try Model(checkpoint)
    switch try CalibrationWindows.refitting(model) {
    case .success(let windows): return (ExpertRefit(model, expert, windows), nil)
    case .failure(let obstacle):
      guard choice == .ifPossible else {
        throw FormError.noRefit(path: checkpoint.path, obstacle)
      }
      return (nil, obstacle)
    }
  }

  static let stage = Stage("Refitting", key: "refitting", isConsecutive: true)

  /// Down projections of all layers, with the shapes of the expert.
  package func run(_ context: Context) throws -> any TensorSource {
    var items: [DerivedTensors.Item] = []
    try RefitSweep(widths: [expert.widths], windows: windows.windows).run(
      model, context, as: Self.stage
    ) { _, layer, down in
      let source = downs[layer]
      let matrix = source.cut?.neuronAxis == 1 ? down.transposed() : down
      items.append(.init(description(of: source), .values(matrix.values)))
    }
    return DerivedTensors(expert, items)
  }

  /// The tensor in the type of the expert, or as F32 where that is quantised.
  private func description(of source: DMOEDirectory.SourceTensor) -> TensorDescription {
    let description = expert.description(of: source)
    guard description.elementType.isQuantized else { return description }
    return TensorDescription(
      name: description.name, elementType: .f32, shape: description.shape) ?? description
  }
}
