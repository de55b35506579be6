import ByteIO

/// Sequential reader of header fields, through a window on the file.
struct HeaderScanner {
  /// Window size in bytes; larger than any field that is read, including the longest key.
  private static let windowLength = 1 << 18

  let file: any ByteSource
  var order = ByteOrder.little
  /// File offset of the next field.
  private(set) var offset = 0
  private var window: [UInt8] = []
  private var windowOffset = 0

  init(_ file: any ByteSource) { self.file = file }

  /// Number of bytes up to the end of the file.
  var remaining: Int { file.length - offset }

  /// Place of a field, by default at the current offset.
  func place(_ field: GGUFField, at offset: Int? = nil) -> GGUFPosition {
    GGUFPosition(path: file.path, field: field, offset: offset ?? self.offset)
  }

  mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
    _ field: @autoclosure () -> GGUFField
  ) throws(GGUFError) -> Value {
    let count = MemoryLayout<Value>.size
    try require(UInt64(count), field())
    try fill(count)
    defer { offset += count }
    return order.load(Value.self, from: window, at: offset - windowOffset)
  }

  /// Reads a count of units that take at least `bytes` bytes each in the rest of the file.
  mutating func count(
    unit bytes: Int, limit: Int = .max, _ field: @autoclosure () -> GGUFField
  ) throws(GGUFError) -> Int {
    let start = offset
    let found: UInt64 = try integer(field())
    let limit = min(limit, remaining / bytes)
    guard found <= UInt64(limit) else {
      throw GGUFError.tooLarge(place(field(), at: start), limit: limit, found: found)
    }
    return Int(found)
  }

  /// Reads a name: its length, then its bytes, which must be text.
  mutating func name(limit: Int, _ field: GGUFField) throws(GGUFError) -> String {
    let start = offset
    let found: UInt64 = try integer(field)
    // A length past the end of the file means damage rather than a long name.
    try require(found, field, at: start)
    guard found <= UInt64(limit) else {
      throw GGUFError.tooLarge(place(field, at: start), limit: limit, found: found)
    }
    let count = Int(found)
    try fill(count)
    let bytes = Array(window[offset - windowOffset..<offset - windowOffset + count])
    guard let name = GGUFName.text(of: bytes) else {
      throw GGUFError.invalidName(place(field, at: start), found: bytes)
    }
    offset += count
    return name
  }

  /// Skips strings by their lengths.
  mutating func skipStrings(
    _ count: Int, _ field: (Int) -> GGUFField
  ) throws(GGUFError) {
    var index = 0
    while index < count {
      let short = shortStrings(count - index)
      offset += short.bytes
      index += short.count
      guard index < count else { return }
      // The next string extends beyond the window.
      let start = offset
      let length: UInt64 = try integer(field(index))
      try require(length, field(index), at: start)
      offset += Int(length)
      index += 1
    }
  }

  /// Number and total size of the next strings, up to `limit`, that lie wholly in the window.
  ///
  /// Only adds lengths, because vocabularies have hundreds of thousands of short strings.
  private func shortStrings(_ limit: Int) -> (count: Int, bytes: Int) {
    let start = offset - windowOffset
    var position = start
    var count = 0
    while count < limit, position <= window.count - 8 {
      let length = order.load(UInt64.self, from: window, at: position)
      guard length <= UInt64(window.count - position - 8) else { break }
      position += 8 + Int(length)
      count += 1
    }
    return (count, position - start)
  }

  /// Skips `count` bools, which must be 0 or 1.
  mutating func skipBools(_ count: Int, _ field: (Int) -> GGUFField) throws(GGUFError) {
    try require(UInt64(count), field(0))
    var index = 0
    while index < count {
      try fill(1)
      let start = offset - windowOffset
      let part = window[start..<min(window.count, start + count - index)]
      if let wrong = part.firstIndex(where: { $0 > 1 }) {
        throw GGUFError.invalidBool(
          place(field(index + wrong - start), at: windowOffset + wrong), found: part[wrong])
      }
      offset += part.count
      index += part.count
    }
  }

  /// Skips bytes without reading them.
  mutating func skip(_ count: Int, _ field: @autoclosure () -> GGUFField) throws(GGUFError) {
    try require(UInt64(count), field())
    offset += count
  }

  /// Throws if fewer than `count` bytes remain, or if they would make the header too long.
  private func require(
    _ count: UInt64, _ field: @autoclosure () -> GGUFField, at start: Int? = nil
  ) throws(GGUFError) {
    guard count <= UInt64(remaining) else {
      throw GGUFError.truncated(place(field(), at: start), expected: count, found: remaining)
    }
    guard Int(count) <= GGUFHeader.lengthLimit - offset else {
      throw GGUFError.headerTooLarge(place(field(), at: start), limit: GGUFHeader.lengthLimit)
    }
  }

  /// Moves the window if it lacks some of the next `count` bytes, which must be in the file.
  private mutating func fill(_ count: Int) throws(GGUFError) {
    guard offset + count > windowOffset + window.count else { return }
    do {
      window = try file.read(at: offset, count: min(Self.windowLength, remaining))
    } catch {
      throw GGUFError.file(error)
    }
    windowOffset = offset
  }
}
