import ByteIO
package import Tensors

/// Contents of a file to be written: directory fields and the tensors of each section, unplaced.
package struct DMOEContents: Sendable {
  /// A tensor to be stored.
  package struct Item: Sendable {
    package let kind: StoredTensor.Kind
    package let elementType: ElementType
    package let shape: [Int]

    package init(kind: StoredTensor.Kind, elementType: ElementType, shape: [Int]) {
      self.kind = kind
      self.elementType = elementType
      self.shape = shape
    }
  }

  package let generator: String
  package let model: DMOEDirectory.Model
  package let widths: [[Int]]
  package let importance: String
  package let recipe: String?
  package let routing: RoutingDescription?
  package let sourceFormat: DMOEDirectory.SourceFormat
  package let sourceMetadata: [(key: String, value: String)]
  package let sourceTensors: [DMOEDirectory.SourceTensor]
  /// Tensors of the shared section, then of each ring.
  package let sections: [[Item]]
  package let compression: DMOECompression
  package let blockBytes: Int
  /// Whether the weights stay in the dense checkpoint (`formats/dmoe.md`, section 9).
  package let isOverlay: Bool

  package init(
    generator: String, model: DMOEDirectory.Model, widths: [[Int]], importance: String,
    recipe: String? = nil, routing: RoutingDescription? = nil,
    sourceFormat: DMOEDirectory.SourceFormat,
    sourceMetadata: [(key: String, value: String)], sourceTensors: [DMOEDirectory.SourceTensor],
    sections: [[Item]], compression: DMOECompression, blockBytes: Int = DMOEContents.blockBytes,
    isOverlay: Bool = false
  ) {
    self.generator = generator
    self.model = model
    self.widths = widths
    self.importance = importance
    self.recipe = recipe
    self.routing = routing
    self.sourceFormat = sourceFormat
    self.sourceMetadata = sourceMetadata
    self.sourceTensors = sourceTensors
    self.sections = sections
    self.compression = compression
    self.blockBytes = blockBytes
    self.isOverlay = isOverlay
  }

  /// Default plain size of a block in bytes.
  package static let blockBytes = 1 << 20

  /// Lays out all sections and tensors for blocks that are not coded.
  package func laidOut() -> DMOEDirectory {
    DMOEDirectory(
      generator: generator, isOverlay: isOverlay, blockBytes: blockBytes, model: model,
      widths: widths, importance: importance, recipe: recipe, routing: routing,
      sourceFormat: sourceFormat, sourceMetadata: sourceMetadata, sourceTensors: sourceTensors,
      sections: sections.map(section)
    ).laidOut()
  }

  /// Section with its tensors, all offsets still zero.
  private func section(_ items: [Item]) -> DMOEDirectory.Section {
    let tensors = items.map { item in
      // The sizes were checked when the source was opened.
      let elements = TensorDescription.elementCount(of: item.shape) ?? 0
      let byteCount = item.elementType.byteCount(elements: elements) ?? 0
      let blocks = stride(from: 0, to: byteCount, by: blockBytes).map {
        StoredTensor.Block(length: min(blockBytes, byteCount - $0), checksum: 0)
      }
      return StoredTensor(
        kind: item.kind, elementType: item.elementType, shape: item.shape, byteCount: byteCount,
        offset: 0, blocks: blocks)
    }
    return DMOEDirectory.Section(offset: 0, length: 0, tensors: tensors)
  }
}
