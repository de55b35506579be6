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
