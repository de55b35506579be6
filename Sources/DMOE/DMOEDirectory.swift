package import Architectures
package import ByteIO
package import Tensors

/// What a file holds and where (`formats/dmoe.md`, section 4).
package struct DMOEDirectory: Sendable, Equatable {
  package struct Model: Sendable, Equatable {
    package let family: String
    package let layers: Int
    package let hiddenSize: Int
    package let intermediateSize: Int
    package let activation: String
    package let gated: Bool

    package init(
      family: String, layers: Int, hiddenSize: Int, intermediateSize: Int, activation: String,
      gated: Bool
    ) {
      self.family = family
      self.layers = layers
      self.hiddenSize = hiddenSize
      self.intermediateSize = intermediateSize
      self.activation = activation
      self.gated = gated
    }
  }

  /// A tensor of the dense checkpoint.
  package struct SourceTensor: Sendable, Equatable {
    package let description: TensorDescription
    package internal(set) var digest: SHA256Digest?
    /// Nil where the tensor has nothing to do with neurons.
    package let cut: FeedForwardCut?

    /// Whether it lies in the shared section as the source had it.
    package var isStoredWhole: Bool { cut == nil || cut?.storage == .whole }
    /// Whether the file gives it back bit by bit.
    package var isExact: Bool { isStoredWhole || cut?.storage == .rings }
    /// The element type of its rings; nil where it has none.
    package var ringType: ElementType? {
      switch cut?.storage {
      case .rings: description.elementType
      case .recoded(let type): type
      case .whole, nil: nil
      }
    }

    package init(
      _ description: TensorDescription, digest: SHA256Digest? = nil, cut: FeedForwardCut?
    ) {
      self.description = description
      self.digest = digest
      self.cut = cut
    }
  }

  /// What the dense checkpoint is, and whose names its tensors have.
  package enum SourceFormat: String, Sendable {
    case safetensors
    case gguf
  }

  package struct Section: Sendable, Equatable {
    package internal(set) var offset: Int
    package internal(set) var length: Int
    package internal(set) var tensors: [StoredTensor]

    package var end: Int { offset + length }
  }

  package let generator: String?
  /// Whether the weights are in the dense checkpoint, and not here (`formats/dmoe.md`, section 9).
  package let isOverlay: Bool
  package let blockBytes: Int
  package let model: Model
  /// For each layer the widths of its experts.
  package let widths: [[Int]]
  package let importance: String
  /// The recipe that the choices come from, in words for people.
  package let recipe: String?
  /// Nil where the file has no routers, or such as this program does not know.
  package let routing: RoutingForm?
  package let sourceFormat: SourceFormat
  package let sourceMetadata: [(key: String, value: String)]
  package internal(set) var sourceTensors: [SourceTensor]
  /// The shared section, then the rings.
  package internal(set) var sections: [Section]

  /// The bytes of the whole file.
  package var length: Int { sections.last?.end ?? 0 }
  package var experts: Int { widths.first?.count ?? 0 }
  /// Whether the largest expert lacks neurons of the dense model.
  package var isPart: Bool { widths.first?.last != model.intermediateSize }
  /// How many experts lack neurons of the dense model.
  package var partialExperts: Int { isPart ? experts : experts - 1 }

  /// Features without which a file cannot be understood, of those that are known here.
  enum Feature: String {
    case base
  }

  /// What an error message calls a section.
  static func sectionTitle(_ index: Int) -> String {
    index == 0 ? "the shared section" : "ring \(index - 1)"
  }

  package static func == (lhs: DMOEDirectory, rhs: DMOEDirectory) -> Bool {
    lhs.generator == rhs.generator && lhs.isOverlay == rhs.isOverlay
      && lhs.blockBytes == rhs.blockBytes && lhs.model == rhs.model
      && lhs.widths == rhs.widths && lhs.importance == rhs.importance && lhs.recipe == rhs.recipe
      && lhs.routing == rhs.routing
      && lhs.sourceFormat == rhs.sourceFormat
      && lhs.sourceMetadata.elementsEqual(rhs.sourceMetadata, by: ==)
      && lhs.sourceTensors == rhs.sourceTensors && lhs.sections == rhs.sections
  }
}
