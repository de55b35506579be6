import JSON
import TestSupport
import Testing
import Tokenizers

/// Scripts that run independent libraries.
enum Peer {
  static let tokenizers = script("encode_with_tokenizers.py")
  static let sentencePiece = script("sentencepiece_peer.py")
  static let families = script("families_peer.py")

  private static func script(_ name: String) -> String {
    packageRoot.appending(path: "Tests/TokenizersTests/\(name)").path
  }
}

/// Ids of the texts by the `tokenizers` library.
func peerEncode(
  _ texts: [String], tokenizerJSON: [UInt8], parsingSpecial: Bool
) throws -> [[Int32]] {
  let request: JSONValue = [
    "tokenizer": .string(String(decoding: tokenizerJSON, as: UTF8.self)),
    "texts": .array(texts.map { .string($0) }),
    "special": .bool(parsingSpecial),
  ]
  return try idLists(python([Peer.tokenizers, "encode"], input: JSONWriter.write(request)))
}

/// Parses the lists of ids printed by a peer.
func idLists(_ output: [UInt8]) throws -> [[Int32]] {
  let lists = try #require(try JSONScanner.scan(output).array)
  return try lists.map { list in
    try #require(list.array).map { Int32(try #require($0.int)) }
  }
}

/// Expects the peer's tokens for every text, and reports some of the differences.
func expectTokens(
  of texts: [String], by tokenizer: Tokenizer, parsingSpecial: Bool = false,
  equal expected: [[Int32]], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(expected.count == texts.count, sourceLocation: sourceLocation)
  var differences = 0
  for (text, expected) in zip(texts, expected) {
    let found = try tokenizer.encode(text, parsingSpecial: parsingSpecial)
    guard found != expected else { continue }
    differences += 1
    // Reports only the first five differences.
    if differences <= 5 {
      let scalars = text.unicodeScalars.prefix(200).map { String($0.value, radix: 16) }
      Issue.record(
        "\(text.prefix(200).debugDescription) (\(scalars)): \(found), peer \(expected)",
        sourceLocation: sourceLocation)
    }
  }
  #expect(differences == 0, sourceLocation: sourceLocation)
}
