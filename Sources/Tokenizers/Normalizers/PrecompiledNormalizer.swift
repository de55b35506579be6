/// Table of replacements that SentencePiece compiles into its models.
///
/// Starts with the byte length of a trie, an array of 32-bit units. The zero-terminated
/// replacements follow the trie.
struct PrecompiledNormalizer: Sendable {
  private let trie: [UInt32]
  private let replacements: [UInt8]

  /// Bytes; longer clusters are replaced scalar by scalar only.
  private static let longestCluster = 5

  /// Longest sequence that is looked up at a place of a text.
  private static let longestPrefix = 256

  init(_ node: JSONNode) throws(TokenizerError) {
    guard let bytes = Self.decodeBase64(try node.string()) else {
      throw .malformedTable(path: node.path)
    }
    try self.init(bytes, path: node.path)
  }

  init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
    guard bytes.count >= 4 else { throw .malformedTable(path: path) }
    func unit(at index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }
    let length = Int(unit(at: 0))
    guard length > 0, length % 4 == 0, length <= bytes.count - 4 else {
      throw .malformedTable(path: path)
    }
    trie = stride(from: 4, to: 4 + length, by: 4).map(unit)
    replacements = Array(bytes[(4 + length)...])
    guard String(validating: replacements, as: UTF8.self) != nil else {
      throw .malformedTable(path: path)
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
    var shortest: ArraySlice<UInt8>?
    forEachPrefix(of: bytes) { replacement, _ in
      shortest = replacement
      return false
    }
    return shortest
  }

  /// Replacement of the longest prefix of the bytes in the trie, and its length, as in
  /// SentencePiece.
  func longestReplacement(
    _ bytes: ArraySlice<UInt8>
  ) -> (replacement: ArraySlice<UInt8>, length: Int)? {
    var longest: (ArraySlice<UInt8>, Int)?
    forEachPrefix(of: bytes.prefix(Self.longestPrefix)) { replacement, length in
      longest = (replacement, length)
      return true
    }
    return longest
  }

  /// Calls `body` with each prefix of the bytes in the trie, until it returns false.
  private func forEachPrefix(
    of bytes: ArraySlice<UInt8>, _ body: (_ replacement: ArraySlice<UInt8>, _ length: Int) -> Bool
  ) {
    var node = Self.offset(trie[0])
    for (index, byte) in bytes.enumerated() {
      guard byte != 0 else { return }
      node ^= UInt32(byte)
      guard let unit = unit(node), unit & (1 << 31 | 0xFF) == UInt32(byte) else { return }
      node ^= Self.offset(unit)
      guard unit >> 8 & 1 == 1 else { continue }
      guard let leaf = self.unit(node) else { return }
      let start = Int(leaf & (1 << 31 - 1))
      guard start <= replacements.count else { return }
      guard body(replacements[start...].prefix(while: { $0 != 0 }), index + 1) else { return }
    }
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
