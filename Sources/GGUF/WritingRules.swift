import Tensors

/// Checks by the rules of the strictest reader, made before anything is written.
struct WritingRules {
  let path: String

  func place(_ field: GGUFField) -> GGUFPosition {
    GGUFPosition(path: path, field: field, offset: nil)
  }

  func check(_ metadata: [GGUFKeyValue]) throws(GGUFError) {
    try check(count: metadata.count, limit: GGUFHeader.countLimit, .keyCount)
    var seen: Set<TensorName> = []
    for (number, pair) in metadata.enumerated() {
      try check(name: pair.key, limit: GGUFName.keyLimit, .key(number))
      guard seen.insert(TensorName(pair.key)).inserted else {
        throw GGUFError.duplicateName(place(.key(number)), name: pair.key)
      }
    }
  }

  func check(_ tensors: [TensorDescription]) throws(GGUFError) {
    try check(count: tensors.count, limit: GGUFHeader.countLimit, .tensorCount)
    var seen: Set<TensorName> = []
    for (number, tensor) in tensors.enumerated() {
      try check(name: tensor.name.text, limit: GGUFName.writeLimit, .tensor(number))
      guard seen.insert(tensor.name).inserted else {
        throw GGUFError.duplicateName(place(.tensor(number)), name: tensor.name.text)
      }
      try check(
        count: tensor.shape.count, limit: GGUFHeader.dimensionLimit,
        .dimensionCount(tensor: tensor.name.text))
    }
  }

  /// Alignment given in the metadata: a multiple of 8 by the specification, and a power of two for
  /// ggml's reader.
  func alignment(_ metadata: [GGUFKeyValue]) throws(GGUFError) -> Int {
    let key = TensorName(GGUFHeader.alignmentKey)
    guard let pair = metadata.first(where: { TensorName($0.key) == key }) else {
      return GGUFHeader.defaultAlignment
    }
    let field = GGUFField.value(key: pair.key)
    guard pair.type == .u32 else {
      throw GGUFError.invalidAlignment(place(field), found: "the type \(pair.type)")
    }
    let alignment = Int(ByteOrder.little.load(UInt32.self, from: pair.bytes, at: 0))
    guard alignment.nonzeroBitCount == 1, alignment >= 8 else {
      throw GGUFError.invalidAlignment(place(field), found: "\(alignment)")
    }
    return alignment
  }

  private func check(name: String, limit: Int, _ field: GGUFField) throws(GGUFError) {
    let bytes = Array(name.utf8)
    try check(count: bytes.count, limit: limit, field)
    guard GGUFName.text(of: bytes) != nil else {
      throw GGUFError.invalidName(place(field), found: bytes)
    }
  }

  private func check(count: Int, limit: Int, _ field: GGUFField) throws(GGUFError) {
    guard count <= limit else {
      throw GGUFError.tooLarge(place(field), limit: limit, found: UInt64(count))
    }
  }
}
