/// Table of replacements that SentencePiece compiles into its models.
///
/// Starts with the byte length of a trie, an array of 32-bit units. The zero-terminated
/// replacements follow the trie.
struct PrecompiledNormalizer: Sendable {
  private let trie: [UInt32]
  private let replacements: [UInt8]

  /// Bytes; longer clusters are replaced scalar by scalar only.
  private static let longestCluster = 5

  init(_ node: JSONNode) throws(TokenizerError) {
    guard let bytes = Self.decodeBase64(try node.string()), bytes.count >= 4 else {
      throw .malformedTable(path: node.path)
    }
    func unit(at index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }
    let length = Int(unit(at: 0))
    guard length > 0, length % 4 == 0, length <= bytes.count - 4 else {
      throw .malformedTable(path: node.path)
    }
    trie = stride(from: 4, to: 4 + length, by: 4).map(unit)
    replacements = Array(bytes[(4 + length)...])
    guard String(validating: replacements, as: UTF8.self) != nil else {
      throw .malformedTable(path: node.path)
    }
  }

  /// Replaces grapheme clusters, or else scalars, as in `tokenizers`.
  func normalize(_ text: [UInt8], limit: Int) throws(TokenizerError) -> [UInt8] {
    var normalized: [UInt8] = []
    normalized.reserveCapacity(text.count)
    for character in String(decoding: text, as: UTF8.self) {
      let cluster = Array(character.utf8)
      if cluster.count <= Self.longestCluster, let replacement = replacement(cluster[...]) {
        normalized += replacement
        guard normalized.count <= limit else { throw .overgrown(limit: limit) }
        continue
      }
      var start = 0
      while start < cluster.count {
        let end = start + cluster.span.lengthOfScalar(at: start)
        normalized += replacement(cluster[start..<end]) ?? cluster[start..<end]
        start = end
      }
      guard normalized.count <= limit else { throw .overgrown(limit: limit) }
    }
    return normalized
  }

  /// Replacement of the shortest prefix of the bytes in the trie.
  ///
  /// Drops the bytes after that prefix, as in `tokenizers`.
  private func replacement(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var node = Self.offset(trie[0])
    for byte in bytes {
      guard byte != 0 else { return nil }
      node ^= UInt32(byte)
      guard let unit = unit(node), unit & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      guard unit >> 8 & 1 == 1 else { continue }
      guard let leaf = self.unit(node) else { return nil }
      let start = Int(leaf & (1 << 31 - 1))
      guard start <= replacements.count else { return nil }
      return replacements[start...].prefix { $0 != 0 }
    }
    return nil
  }

  private func unit(_ index: UInt32) -> UInt32? { index < trie.count ? trie[Int(index)] : nil }

  private static func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & 1 << 9) >> 6) }

  private static func decodeBase64(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.utf8 {
      guard character != UInt8(ascii: "=") else { break }
      guard let value = base64.firstIndex(of: character) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return bytes
  }

  private static let base64 = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
