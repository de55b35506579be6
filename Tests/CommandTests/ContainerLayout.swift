import JSON
import Testing

/// Byte ranges of the parts of a `.dmoe`, computed from its preamble and directory.
struct ContainerLayout {
  let directoryEnd: Int
  /// The shared section, then the rings.
  let sections: [Range<Int>]
  /// Bytes of every stored tensor, in order of offset; the gaps are padding.
  let tensors: [Range<Int>]

  /// Bytes of the tensors that are no weights of the source: permutations, routers, compensation,
  /// skipping.
  let addedBytes: Int

  init(_ bytes: [UInt8]) throws {
    let length = bytes[8..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
    directoryEnd = 64 + length
    let directory = try JSONScanner.scan(Array(bytes[64..<directoryEnd]))
    let sections = try #require(directory.object?["sections"]?.array)
    self.sections = try sections.map { try Self.range($0) { $0.object?["length"]?.int } }
    let stored = try sections.flatMap { try #require($0.object?["tensors"]?.array) }
    tensors = try stored.map { try Self.range($0, length: Self.byteCount) }
    addedBytes =
      stored.filter { Self.added.contains($0.object?["kind"]?.string ?? "") }
      .reduce(0) { $0 + (Self.byteCount($1) ?? 0) }
  }

  private static let added: Set = [
    "permutation", "router", "compensation", "skipping", "budgets", "sensitivity",
  ]

  private static func byteCount(_ tensor: JSONValue) -> Int? {
    tensor.object?["blocks"]?.array?.reduce(0) { $0 + ($1.array?[0].int ?? 0) }
  }

  private static func range(_ value: JSONValue, length: (JSONValue) -> Int?) throws -> Range<Int> {
    let start = try #require(value.object?["offset"]?.int)
    return start..<start + (try #require(length(value)))
  }
}
