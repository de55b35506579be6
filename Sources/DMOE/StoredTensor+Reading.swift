import Architectures
import JSON
import Tensors

extension StoredTensor {
  init(
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
    // Reserves nothing for a declared size: the listed blocks must cover it.
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
      let length = try pair[0].int(in: BlockCoding.shortest(plain, elementType)...plain)
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
  init(_ field: JSONField, inShared: Bool) throws(JSONFieldError) {
    let kind = try field.member("kind").string()
    switch (kind, FeedForwardPart(rawValue: kind)) {
    case ("source", _) where inShared:
      self = .source(TensorName(try field.member("name").string()))
    case ("permutation", _) where inShared:
      self = .permutation(layer: try field.member("layer").int())
    case ("file", _) where inShared:
      let nameField = try field.member("name")
      let name = try nameField.string()
      guard CompanionName.isValid(name) else {
        throw nameField.mismatch(expected: "a plain name without separators")
      }
      self = .file(TensorName(name))
    case ("router", _) where inShared:
      // An optional kind: tensors of an unknown form are skipped.
      let name = try field.stated("name")?.string()
      let layer = try field.stated("layer")?.int()
      if let name, let layer { self = .router(name, layer: layer) } else { self = .other(kind) }
    case ("compensation", _) where !inShared:
      let name = try field.stated("name")?.string()
      let layer = try field.stated("layer")?.int()
      if let name, let layer {
        self = .compensation(name, layer: layer)
      } else {
        self = .other(kind)
      }
    case ("skipping", _) where !inShared:
      let name = try field.stated("name")?.string()
      let layer = try field.stated("layer")?.int()
      if let name, let layer { self = .skipping(name, layer: layer) } else { self = .other(kind) }
    case ("budgets", _) where inShared:
      self =
        try field.stated("name").map { (name) throws(JSONFieldError) in
          .budgets(try name.string())
        } ?? .other(kind)
    case ("sensitivity", _) where inShared: self = .sensitivity
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
