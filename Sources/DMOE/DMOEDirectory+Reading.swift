import ByteIO
import JSON
import Tensors

extension DMOEDirectory {
  /// Reads a directory and holds it to every rule of `formats/dmoe.md`, sections 4 and 5.
  ///
  /// - Parameters:
  ///   - document: the directory.
  ///   - start: where the first section must begin.
  ///   - end: where the last section must end.
  /// - Throws: the first field that breaks its rule.
  init(_ document: JSONValue, start: Int, end: Int) throws(JSONFieldError) {
    let root = JSONField(document)
    generator = try root.stated("generator")?.string()
    let blockField = try root.member("block_bytes")
    blockBytes = try blockField.int(in: 4096...1 << 26)
    guard blockBytes % 64 == 0 else { throw blockField.mismatch(expected: "a multiple of 64") }
    let model = try Model(root.member("model"))
    self.model = model
    let plan = try root.member("plan")
    importance = try plan.member("importance").string()
    widths = try Self.widths(plan.member("widths"), of: model)
    let source = try root.member("source")
    sourceFormat = try source.member("format").mustBe("safetensors")
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

  /// The features without which the file cannot be understood.
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
    for layer in layers {
      var widths: [Int] = []
      for field in try layer.elements() {
        let width = try field.int(in: 1...model.intermediateSize)
        guard width > widths.last ?? 0 else {
          throw field.mismatch(expected: "more than the width before, \(widths.last ?? 0)")
        }
        widths.append(width)
      }
      guard widths.last == model.intermediateSize,
        widths.count == result.first?.count ?? widths.count
      else {
        throw JSONFieldError(
          field: layer.path,
          expected: "as many widths as layer 0, the last \(model.intermediateSize)",
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
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    family = try field.member("family").string()
    layers = try field.member("layers").int(in: 1...1 << 20)
    hiddenSize = try field.member("hidden_size").int(in: 1...1 << 40)
    intermediateSize = try field.member("intermediate_size").int(in: 1...1 << 40)
    activation = try field.member("activation").string()
    gated = try field.member("gated").bool()
  }
}

extension TensorDescription {
  fileprivate init(_ record: JSONField, name: TensorName) throws(JSONFieldError) {
    let typeField = try record.member("element_type")
    guard let type = ElementType(rawValue: try typeField.string()) else {
      throw typeField.mismatch(expected: "an element type of safetensors")
    }
    let shapeField = try record.member("shape")
    var shape: [Int] = []
    for extent in try shapeField.elements() { shape.append(try extent.int()) }
    // With the zeros left out an overflow is one in any order.
    var bits = UInt128(type.bits)
    for extent in shape where extent > 0 {
      let (product, overflow) = bits.multipliedReportingOverflow(by: UInt128(extent))
      bits = overflow ? .max : product
    }
    guard let description = TensorDescription(name: name, elementType: type, shape: shape),
      bits < 1 << 66
    else {
      throw shapeField.mismatch(
        expected: "extents whose product is a size of whole bytes, in 63 bits")
    }
    self = description
  }
}

extension FeedForwardCut {
  fileprivate init(
    _ field: JSONField, of tensor: TensorDescription, in model: DMOEDirectory.Model
  ) throws(JSONFieldError) {
    layer = try field.member("layer").int(in: 0...model.layers - 1)
    let partsField = try field.member("parts")
    var parts: [FeedForwardPart] = []
    for partField in try partsField.elements() {
      guard let part = FeedForwardPart(rawValue: try partField.string()) else {
        throw partField.mismatch(expected: "gate, up, down, gate_bias or up_bias")
      }
      parts.append(part)
    }
    guard let first = parts.first, parts.allSatisfy({ $0.isBias == first.isBias }) else {
      throw partsField.mismatch(expected: "matrices or biases, at least one")
    }
    neuronAxis = try field.member("neuron_axis").int(in: 0...(first.isBias ? 0 : 1))
    let neurons = parts.count.multipliedReportingOverflow(by: model.intermediateSize).partialValue
    let shape =
      first.isBias
      ? [neurons]
      : neuronAxis == 0 ? [neurons, model.hiddenSize] : [model.hiddenSize, neurons]
    guard tensor.shape == shape, tensor.elementType.bits >= 8 else {
      throw JSONFieldError(
        field: field.path, expected: "a tensor of shape \(shape) of whole bytes",
        found: "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    self.parts = parts
  }
}

extension StoredTensor {
  fileprivate init(
    _ field: JSONField, offset: Int, limit: Int, blockBytes: Int, inShared: Bool
  ) throws(JSONFieldError) {
    kind = try Kind(field, inShared: inShared)
    _ = try field.stated("layer")?.int()
    _ = try field.stated("name")?.string()
    let description = try TensorDescription(field, name: "")
    elementType = description.elementType
    shape = description.shape
    byteCount = description.byteCount
    self.offset = try field.member("offset").int(in: offset...offset)
    let blocksField = try field.member("blocks")
    let records = try blocksField.elements()
    // Nothing is reserved for a declared size: the blocks that stand here must cover it.
    guard records.count == byteCount / blockBytes + (byteCount % blockBytes > 0 ? 1 : 0) else {
      throw JSONFieldError(
        field: blocksField.path, expected: "blocks of \(blockBytes) for \(byteCount) bytes",
        found: "\(records.count) blocks")
    }
    var blocks: [Block] = []
    var end = offset
    for (index, record) in records.enumerated() {
      let pair = try record.elements()
      guard pair.count == 2 else { throw record.mismatch(expected: "a length and a checksum") }
      let plain = min(blockBytes, byteCount - index * blockBytes)
      let length = try pair[0].int(in: plain...plain)
      let digits = try pair[1].string()
      guard digits.utf8.count == 8, let checksum = UInt32(digits, radix: 16),
        digits.utf8.allSatisfy("0123456789abcdef".utf8.contains)
      else { throw pair[1].mismatch(expected: "8 lower-case hexadecimal digits") }
      end += length
      guard end <= limit else {
        throw pair[0].mismatch(expected: "blocks that end within the section, at \(limit)")
      }
      blocks.append(Block(length: length, checksum: checksum))
    }
    self.blocks = blocks
  }
}

extension StoredTensor.Kind {
  fileprivate init(_ field: JSONField, inShared: Bool) throws(JSONFieldError) {
    let kind = try field.member("kind").string()
    switch (kind, FeedForwardPart(rawValue: kind)) {
    case ("source", _) where inShared:
      self = .source(TensorName(try field.member("name").string()))
    case ("permutation", _) where inShared:
      self = .permutation(layer: try field.member("layer").int())
    case ("file", _) where inShared:
      let nameField = try field.member("name")
      let name = try nameField.string()
      guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")),
        !name.utf8.contains(UInt8(ascii: "\\")), !name.utf8.contains(0)
      else { throw nameField.mismatch(expected: "a plain name without separators") }
      self = .file(TensorName(name))
    case (_, let part?) where !inShared:
      self = .part(part, layer: try field.member("layer").int())
    case ("source", _), ("permutation", _), ("file", _), (_, _?):
      throw try field.member("kind").mismatch(
        expected: inShared ? "no part of a ring in the shared section" : "a part of a ring")
    default:
      self = .other(kind)
    }
  }
}

extension JSONField {
  fileprivate func mustBe(_ text: String) throws(JSONFieldError) -> String {
    guard try string() == text else { throw mismatch(expected: "\"\(text)\"") }
    return text
  }

  /// The member of an object; nil only where it is absent, as null is neither string nor object.
  fileprivate func stated(_ name: String) throws(JSONFieldError) -> JSONField? {
    guard let object = value.object else { throw mismatch(expected: "an object") }
    return object[name] == nil ? nil : try member(name)
  }
}
