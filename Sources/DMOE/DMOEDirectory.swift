package import Architectures
package import ByteIO
package import Tensors

/// Directory of a file: its contents and their offsets (`formats/dmoe.md`, section 4).
package struct DMOEDirectory: Sendable, Equatable {
  package struct Model: Sendable, Equatable {
    package let family: String
    package let hiddenSize: Int
    /// H of each layer.
    package let neurons: NeuronCounts
    package let activation: String
    package let gated: Bool

    package var layers: Int { neurons.layers.count }

    package init(
      family: String, hiddenSize: Int, neurons: NeuronCounts, activation: String, gated: Bool
    ) {
      self.family = family
      self.hiddenSize = hiddenSize
      self.neurons = neurons
      self.activation = activation
      self.gated = gated
    }
  }

  /// A tensor of the dense checkpoint.
  package struct SourceTensor: Sendable, Equatable {
    package let description: TensorDescription
    package internal(set) var digest: SHA256Digest?
    /// Relation to the neurons of a layer; nil if the tensor has none.
    package let cut: FeedForwardCut?

    /// Whether the shared section stores it unchanged, unless the file is an overlay.
    package var isStoredWhole: Bool { cut == nil || cut?.storage == .whole }
    /// Whether it can be restored bit by bit.
    package var isExact: Bool { isStoredWhole || cut?.storage == .rings }
    /// Element type of its rings; nil if it has none.
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

  /// Format of the dense checkpoint, which also determines the names of its tensors.
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
  /// Whether the weights are in the dense checkpoint instead (`formats/dmoe.md`, section 9).
  package let isOverlay: Bool
  package let blockBytes: Int
  package let model: Model
  /// Widths of the experts in each layer.
  package let widths: [[Int]]
  package let importance: String
  /// Recipe from which the settings derive, for human readers.
  package let recipe: String?
  /// Routing of the file; nil if it has no routers or unknown ones.
  package let routing: RoutingDescription?
  package let sourceFormat: SourceFormat
  package let sourceMetadata: [(key: String, value: String)]
  package internal(set) var sourceTensors: [SourceTensor]
  /// The shared section, then the rings.
  package internal(set) var sections: [Section]

  /// Length of the complete file in bytes.
  package var length: Int { sections.last?.end ?? 0 }
  package var experts: Int { widths.first?.count ?? 0 }
  /// Whether the file is a part: its largest expert lacks neurons of the dense model.
  package var isPart: Bool { widths.first?.last != model.neurons[0] }
  /// Number of experts that lack neurons of the dense model.
  package var partialExperts: Int { isPart ? experts : experts - 1 }

  /// Known features that a file may require.
  enum Feature: String {
    case base
    /// Layers of different widths.
    case layerWidths = "layer_widths"
    /// Experts that skip neurons, on which costs and budgets depend.
    case skipping
  }

  /// Name of a section in error messages.
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
