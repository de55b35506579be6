import JSON

/// Token contents and their ids, both ways.
///
/// Contents are bytes: Swift's strings are equal when they are canonically equivalent, and would
/// take two tokens for one.
struct Vocabulary: Sendable {
  /// No vocabulary comes near; a larger id is a mistake or an attack.
  static let largestID: Int32 = 1 << 24 - 1

  private var ids: [[UInt8]: Int32] = [:]
  /// A dictionary, because an id from a file must not decide how much memory is reserved.
  private var contents: [Int32: [UInt8]] = [:]
  private(set) var highestID: Int32 = -1

  func id(of content: [UInt8]) -> Int32? { ids[content] }

  func content(of id: Int32) -> [UInt8]? { contents[id] }

  /// All tokens by their ids; of several with one content only the one that counts.
  var tokens: [[UInt8]: Int32] { ids }

  /// Adds a token unless there is one with the same content; its content is known either way.
  mutating func insertFirst(_ content: [UInt8], id: Int32) {
    if ids[content] == nil { ids[content] = id }
    contents[id] = content
    highestID = max(highestID, id)
  }

  /// Adds a token, and forgets the id of one with the same content; both contents are known.
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

  /// The merge of two tokens into a third, which stands at a path in the file.
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

  /// The id that a file gives to a token.
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
  /// Reads an object of contents and ids.
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
