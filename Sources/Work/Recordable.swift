import ByteIO

/// A value that can be stored in a journal.
package protocol Recordable {
  func record(to writer: inout RecordWriter)
  /// Reads a value; on malformed bytes the reader becomes unsound, and the value is arbitrary.
  init(from reader: inout RecordReader)
}

/// Encoder of consecutive values.
package struct RecordWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func put(_ value: some Recordable) { value.record(to: &self) }

  mutating func append(_ word: UInt64) { bytes += LittleEndian.bytes(of: word) }
}

/// Decoder of values, in the order in which they were written.
package struct RecordReader: Sendable {
  private let bytes: [UInt8]
  private var offset = 0
  private var isSound = true

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether all bytes were read and every value was valid.
  package var isFinished: Bool { isSound && offset == bytes.count }

  package mutating func take<Value: Recordable>(_: Value.Type = Value.self) -> Value {
    Value(from: &self)
  }

  /// Marks the reader unsound, because a value was invalid.
  package mutating func refuse() { isSound = false }

  mutating func word() -> UInt64 {
    guard bytes.count - offset >= 8 else {
      isSound = false
      return 0
    }
    defer { offset += 8 }
    return LittleEndian.load(UInt64.self, from: bytes, at: offset)
  }

  /// Number of elements that follow; each takes at least one byte.
  mutating func count() -> Int {
    let count = word()
    guard count <= bytes.count - offset else {
      isSound = false
      return 0
    }
    return Int(count)
  }
}

extension Int: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.append(UInt64(bitPattern: Int64(self)))
  }
  package init(from reader: inout RecordReader) { self.init(Int64(bitPattern: reader.word())) }
}

extension Double: Recordable {
  package func record(to writer: inout RecordWriter) { writer.append(bitPattern) }
  package init(from reader: inout RecordReader) { self.init(bitPattern: reader.word()) }
}

extension Float: Recordable {
  package func record(to writer: inout RecordWriter) { writer.append(UInt64(bitPattern)) }
  package init(from reader: inout RecordReader) {
    self.init(bitPattern: UInt32(truncatingIfNeeded: reader.word()))
  }
}

extension Array: Recordable where Element: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(count)
    for element in self { writer.put(element) }
  }
  package init(from reader: inout RecordReader) {
    self.init()
    let count = reader.count()
    reserveCapacity(Swift.min(count, 1 << 20))
    for _ in 0..<count { append(reader.take()) }
  }
}

extension Optional: Recordable where Wrapped: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(self == nil ? 0 : 1)
    if let self { writer.put(self) }
  }
  package init(from reader: inout RecordReader) {
    let isThere = reader.take(Int.self) == 1
    self = isThere ? .some(reader.take()) : .none
  }
}
