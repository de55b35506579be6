import ByteIO
package import Tensors

/// What is to be written: the facts and the tensors of each section, before anything has a place.
package struct DMOEContents: Sendable {
  /// A tensor that will be stored.
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
  package let routing: RoutingForm?
  package let sourceFormat: String
  package let sourceMetadata: [(key: String, value: String)]
  package let sourceTensors: [DMOEDirectory.SourceTensor]
  /// The shared section, then the rings.
  package let sections: [[Item]]

  package init(
    generator: String, model: DMOEDirectory.Model, widths: [[Int]], importance: String,
    recipe: String? = nil, routing: RoutingForm? = nil, sourceFormat: String,
    sourceMetadata: [(key: String, value: String)], sourceTensors: [DMOEDirectory.SourceTensor],
    sections: [[Item]]
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
  }

  package static let blockBytes = 1 << 20

  /// Gives everything its place.
  ///
  /// The offsets stand in the directory whose length they follow from: they are laid out from zero
  /// first, and moved until the length that they lead to is the one they were moved by.
  package func laidOut() -> DMOEDirectory {
    var directory = DMOEDirectory(
      generator: generator, blockBytes: Self.blockBytes, model: model, widths: widths,
      importance: importance, recipe: recipe, routing: routing, sourceFormat: sourceFormat,
      sourceMetadata: sourceMetadata,
      sourceTensors: sourceTensors, sections: sections.map(Self.section))
    var length = 0
    while true {
      var start = DMOEPreamble.length + length
      for index in directory.sections.indices {
        let shift = start - directory.sections[index].offset
        directory.sections[index].offset += shift
        for tensor in directory.sections[index].tensors.indices {
          directory.sections[index].tensors[tensor].offset += shift
        }
        start = directory.sections[index].end
      }
      let found = directory.encoded().count
      if found <= length { return directory }
      length = found
    }
  }

  /// A section as if the file began with it.
  private static func section(_ items: [Item]) -> DMOEDirectory.Section {
    var offset = 0
    let tensors = items.map { item in
      // The sizes were checked when the source was opened.
      let elements = TensorDescription.elementCount(of: item.shape) ?? 0
      let byteCount = item.elementType.byteCount(elements: elements) ?? 0
      let blocks = stride(from: 0, to: byteCount, by: blockBytes).map {
        StoredTensor.Block(length: min(blockBytes, byteCount - $0), checksum: 0)
      }
      let tensor = StoredTensor(
        kind: item.kind, elementType: item.elementType, shape: item.shape, byteCount: byteCount,
        offset: offset, blocks: blocks)
      offset = DMOEDirectory.aligned(offset + byteCount)
      return tensor
    }
    return DMOEDirectory.Section(offset: 0, length: offset, tensors: tensors)
  }
}
