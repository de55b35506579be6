import Architectures
import ByteIO
import JSON
import Tensors

extension DMOEDirectory {
  /// Reads a directory and checks all rules of `formats/dmoe.md`, sections 4 and 5, and the tensors
  /// of section 7.
  ///
  /// - Parameters:
  ///   - document: JSON of the directory.
  ///   - start: file offset at which the first section must begin.
  ///   - end: file offset at which the last section must end.
  /// - Throws: ``JSONFieldError`` for the first field that breaks a rule.
  init(_ document: JSONValue, start: Int, end: Int) throws(JSONFieldError) {
    let root = JSONField(document)
    generator = try root.stated("generator")?.string()
    let features = try Self.requirements(of: document)
    isOverlay = features.contains(Feature.base.rawValue)
    let blockField = try root.member("block_bytes")
    blockBytes = try blockField.int(in: 4096...1 << 22)
    guard blockBytes % 64 == 0 else { throw blockField.mismatch(expected: "a multiple of 64") }
    let model = try Model(
      root.member("model"), hasLayerWidths: features.contains(Feature.layerWidths.rawValue))
    self.model = model
    let plan = try root.member("plan")
    importance = try plan.member("importance").string()
    recipe = try plan.stated("recipe")?.string()
    routing = try RoutingDescription(
      plan, skips: features.contains(Feature.skipping.rawValue))
    let widthsField = try plan.member("widths")
    widths = try Self.widths(widthsField, of: model)
    guard !isOverlay || widths[0].last == model.neurons[0] else {
      throw widthsField.mismatch(expected: "all neurons, \(model.neurons[0]), in an overlay")
    }
    let source = try root.member("source")
    let formatField = try source.member("format")
    guard let format = SourceFormat(rawValue: try formatField.string()) else {
      throw formatField.mismatch(expected: "safetensors or gguf")
    }
    sourceFormat = format
    var metadata: [(key: String, value: String)] = []
    for (key, field) in try source.stated("metadata")?.members() ?? [] {
      metadata.append((key, try field.string()))
    }
    sourceMetadata = metadata
    sourceTensors = try Self.sourceTensors(source.member("tensors"), of: model)
    sections = try Self.sections(
      root.member("sections"), blockBytes: blockBytes, experts: widths[0].count, start: start,
      end: end)
    try checkInventory()
  }

  /// Features that a reader must know in order to understand the file.
  static func requirements(of document: JSONValue) throws(JSONFieldError) -> [String] {
    var features: [String] = []
    for field in try JSONField(document).member("requires").elements() {
      features.append(try field.string())
    }
    return features
  }

  private static func widths(
    _ field: JSONField, of model: Model
  ) throws(JSONFieldError) -> [[Int]] {
    let layers = try field.elements()
    guard layers.count == model.layers else {
      throw field.mismatch(expected: "\(model.layers) layers")
    }
    var result: [[Int]] = []
    for (layer, neurons) in zip(layers, model.neurons.layers) {
      var widths: [Int] = []
      for field in try layer.elements() {
        let width = try field.int(in: 1...neurons)
        guard width > widths.last ?? 0 else {
          throw field.mismatch(expected: "more than the width before, \(widths.last ?? 0)")
        }
        widths.append(width)
      }
      // The last width is the layer's in all layers or in none.
      let isFull = widths.last == neurons
      guard !widths.isEmpty, widths.count == result.first?.count ?? widths.count,
        isFull == (result.first?.last == model.neurons[0]) || result.isEmpty
      else {
        throw JSONFieldError(
          field: layer.path,
          expected: "as many widths as layer 0, ending at H, here \(neurons), in all or none",
          found: "\(widths)")
      }
      result.append(widths)
    }
    return result
  }

  private static func sourceTensors(
    _ field: JSONField, of model: Model
  ) throws(JSONFieldError) -> [SourceTensor] {
    var names: Set<TensorName> = []
    var tensors: [SourceTensor] = []
    for record in try field.elements() {
      let nameField = try record.member("name")
      let name = TensorName(try nameField.string())
      guard names.insert(name).inserted else {
        throw nameField.mismatch(expected: "a name that no other tensor has")
      }
      let description = try TensorDescription(record, name: name)
      let digestField = try record.member("sha256")
      guard let digest = SHA256Digest(hexadecimal: try digestField.string()) else {
        throw digestField.mismatch(expected: "64 lower-case hexadecimal digits")
      }
      let cut = try record.stated("ffn").map { (field) throws(JSONFieldError) in
        try FeedForwardCut(field, of: description, in: model)
      }
      tensors.append(SourceTensor(description, digest: digest, cut: cut))
    }
    return tensors
  }

  private static func sections(
    _ field: JSONField, blockBytes: Int, experts: Int, start: Int, end: Int
  ) throws(JSONFieldError) -> [Section] {
    let records = try field.elements()
    guard records.count == experts + 1 else {
      throw JSONFieldError(
        field: field.path, expected: "\(experts + 1) sections", found: "\(records.count)")
    }
    var sections: [Section] = []
    var offset = start
    for (index, record) in records.enumerated() {
      _ = try record.member("kind").mustBe(index == 0 ? "shared" : "ring")
      if index > 0 { _ = try record.member("ring").int(in: index - 1...index - 1) }
      _ = try record.stated("ring")?.int()
      _ = try record.member("offset").int(in: offset...offset)
      let length = try record.member("length").int(in: 0...end - offset)
      var next = offset
      var tensors: [StoredTensor] = []
      for tensorField in try record.member("tensors").elements() {
        let tensor = try StoredTensor(
          tensorField, offset: next, limit: offset + length, blockBytes: blockBytes,
          inShared: index == 0)
        next = aligned(tensor.offset + tensor.storedLength)
        tensors.append(tensor)
      }
      guard next == offset + length else {
        throw JSONFieldError(
          field: "\(record.path).length", expected: "\(next - offset), where the tensors end",
          found: "\(length)")
      }
      sections.append(Section(offset: offset, length: length, tensors: tensors))
      offset = next
    }
    guard offset == end else {
      throw JSONFieldError(
        field: field.path, expected: "the last section to end at file_length, \(end)",
        found: "\(offset)")
    }
    return sections
  }
}

extension DMOEDirectory.Model {
  fileprivate init(_ field: JSONField, hasLayerWidths: Bool) throws(JSONFieldError) {
    family = try field.member("family").string()
    let layers = try field.member("layers").int(in: 1...1 << 20)
    hiddenSize = try field.member("hidden_size").int(in: 1...1 << 40)
    let widths = try field.member("intermediate_size")
    if hasLayerWidths {
      neurons = try Self.layerWidths(widths, layers: layers)
    } else {
      neurons = NeuronCounts(try widths.int(in: Self.widthRange), layers: layers)
    }
    activation = try field.member("activation").string()
    gated = try field.member("gated").bool()
  }

  private static let widthRange = 1...1 << 40

  private static func layerWidths(
    _ field: JSONField, layers: Int
  ) throws(JSONFieldError) -> NeuronCounts {
    let elements = try field.elements()
    guard elements.count == layers else {
      throw JSONFieldError(
        field: field.path, expected: "\(layers) widths, one for each layer",
        found: "\(elements.count)")
    }
    var widths: [Int] = []
    for element in elements { widths.append(try element.int(in: widthRange)) }
    return NeuronCounts(widths)
  }
}
