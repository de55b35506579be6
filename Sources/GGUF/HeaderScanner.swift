import ByteIO

/// Reads the fields of a header one after the other, through a window on the file.
struct HeaderScanner {
  /// Larger than any field that is read, a key of the longest kind included.
  private static let windowLength = 1 << 18

  let file: InputFile
  var order = ByteOrder.little
  /// Where the next field begins.
  private(set) var offset = 0
  private var window: [UInt8] = []
  private var windowOffset = 0

  init(_ file: InputFile) { self.file = file }

  /// The bytes up to the end of the file.
  var remaining: Int { file.length - offset }

  /// The place of a field; by default of the one that comes next.
  func place(_ field: GGUFField, at offset: Int? = nil) -> GGUFPlace {
    GGUFPlace(path: file.path, field: field, offset: offset ?? self.offset)
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

  /// A count whose every unit takes at least `bytes` bytes of what follows.
  mutating func count(
    unit bytes: Int, limit: Int, _ field: @autoclosure () -> GGUFField
  ) throws(GGUFError) -> Int {
    let start = offset
    let found: UInt64 = try integer(field())
    let limit = min(limit, remaining / bytes)
    guard found <= UInt64(limit) else {
      throw GGUFError.tooLarge(place(field(), at: start), limit: limit, found: found)
    }
    return Int(found)
  }

  /// A name: its length and its bytes, which must be text.
  mutating func name(limit: Int, _ field: GGUFField) throws(GGUFError) -> String {
    let start = offset
    let found: UInt64 = try integer(field)
    // A length that the file cannot hold is damage rather than a long name.
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

  /// Passes over strings by their lengths.
  mutating func skipStrings(
    _ count: Int, _ field: (Int) -> GGUFField
  ) throws(GGUFError) {
    for index in 0..<count {
      let start = offset
      let length: UInt64 = try integer(field(index))
      try require(length, field(index), at: start)
      guard length <= UInt64(GGUFMetadata.lengthLimit) else {
        throw GGUFError.tooLarge(
          place(field(index), at: start), limit: GGUFMetadata.lengthLimit, found: length)
      }
      offset += Int(length)
    }
  }

  /// Passes over `count` bools, which must be 0 or 1.
  mutating func skipBools(_ count: Int, _ field: (Int) -> GGUFField) throws(GGUFError) {
    for index in 0..<count {
      let start = offset
      let value: UInt8 = try integer(field(index))
      guard value <= 1 else {
        throw GGUFError.invalidBool(place(field(index), at: start), found: value)
      }
    }
  }

  /// Passes over bytes without reading them.
  mutating func skip(_ count: Int, _ field: @autoclosure () -> GGUFField) throws(GGUFError) {
    try require(UInt64(count), field())
    offset += count
  }

  /// Fails where the file ends before `count` more bytes.
  private func require(
    _ count: UInt64, _ field: @autoclosure () -> GGUFField, at start: Int? = nil
  ) throws(GGUFError) {
    guard count <= UInt64(remaining) else {
      throw GGUFError.truncated(place(field(), at: start), expected: count, found: remaining)
    }
  }

  /// Moves the window where it does not hold the next `count` bytes, which the file has.
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
