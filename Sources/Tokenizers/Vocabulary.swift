import JSON

/// Mapping between token contents and ids, in both directions.
///
/// Contents are bytes: Swift compares strings by canonical equivalence, which would conflate
/// different tokens.
struct Vocabulary: Sendable {
  /// Far above any real vocabulary; a larger id is a mistake or an attack.
  static let largestID: Int32 = 1 << 24 - 1

  private var ids: [[UInt8]: Int32] = [:]
  /// A dictionary, so that an id from a file does not determine how much memory is reserved.
  private var contents: [Int32: [UInt8]] = [:]
  private(set) var highestID: Int32 = -1

  /// Number of ids with a token.
  var count: Int32 { Int32(contents.count) }

  func id(of content: [UInt8]) -> Int32? { ids[content] }

  func content(of id: Int32) -> [UInt8]? { contents[id] }

  /// Ids by content; of tokens with equal content only the one that ``id(of:)`` returns.
  var tokens: [[UInt8]: Int32] { ids }

  /// Adds a token; ``id(of:)`` keeps the first id of equal contents.
  mutating func insertFirst(_ content: [UInt8], id: Int32) {
    if ids[content] == nil { ids[content] = id }
    contents[id] = content
    highestID = max(highestID, id)
  }

  /// Adds a token; ``id(of:)`` keeps the last id of equal contents.
  mutating func insertLast(_ content: [UInt8], id: Int32) {
    ids[content] = id
    contents[id] = content
    highestID = max(highestID, id)
  }

  mutating func insert(_ content: [UInt8], id: Int32) throws(TokenizerError) {
    if let other = contents[id], other != content {
      throw .duplicateID(
        id, first: String(decoding: other, as: UTF8.self),
        second: String(decoding: content, as: UTF8.self))
    }
    ids[content] = id
    contents[id] = content
    highestID = max(highestID, id)
  }

  /// Merge of two tokens into a third; `path` is its location in the file.
  func merge(
    _ left: [UInt8], _ right: [UInt8], rank: Int, path: String
  ) throws(TokenizerError) -> MergeTable.Entry {
    let ids = try [left, right, left + right].map { content throws(TokenizerError) in
      guard let id = id(of: content) else {
        throw TokenizerError.mergeOutsideVocabulary(
          path: path, token: String(decoding: content, as: UTF8.self))
      }
      return id
    }
    return MergeTable.Entry(
      left: ids[0], right: ids[1],
      merge: MergeTable.Merge(rank: Int32(clamping: rank), id: ids[2]))
  }

  /// Checks the id of a token from a file.
  static func id(
    _ value: JSONValue, of token: String, path: String
  ) throws(TokenizerError) -> Int32 {
    guard case .number(let number) = value else {
      throw .wrongType(path: path, expected: "an id", found: value.kind)
    }
    guard let id = number.int, (0...Int(largestID)).contains(id) else {
      throw .invalidID(path: path, token: token, found: number.text)
    }
    return Int32(id)
  }
}

extension Vocabulary {
  /// Reads an object with contents as names and ids as values.
  init(_ node: JSONNode) throws(TokenizerError) {
    let members = try node.object().members
    ids.reserveCapacity(members.count)
    contents.reserveCapacity(members.count)
    for member in members {
      let id = try Self.id(member.value, of: member.name, path: node.path)
      try insert(Array(member.name.utf8), id: id)
    }
  }
}
