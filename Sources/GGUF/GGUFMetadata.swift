import ByteIO
import Tensors

/// Metadata of one file: keys with values, in file order.
///
/// Offsets and types are known from parsing; values are read on demand, so that a vocabulary costs
/// nothing until then.
package struct GGUFMetadata: Sendable {
  /// A key with the type and position of its value.
  package struct Entry: Sendable, Equatable {
    package let key: String
    package let type: GGUFValueType
    /// Element type of an array; nil if the value is not an array.
    package let elementType: GGUFValueType?
    /// Number of elements of an array; 1 if the value is not an array.
    package let count: Int
    /// File offset of the value's first byte.
    package let offset: Int
    /// Bytes of the value, including its length fields.
    package let byteCount: Int

    /// Type as text, such as `array of 3 u32`.
    package var typeText: String {
      elementType.map { "array of \(count) \($0)" } ?? "\(type)"
    }
  }

  package let entries: [Entry]
  let file: any ByteSource
  let byteOrder: ByteOrder
  private let numbers: [TensorName: Int]

  /// Entry of a key, without its value; nil if the file has no such key.
  package func entry(_ key: String) -> Entry? { numbers[TensorName(key)].map { entries[$0] } }

  func place(of key: String) -> GGUFPosition {
    GGUFPosition(path: file.path, field: .value(key: key), offset: entry(key)?.offset)
  }

  /// Scans `count` keys, skipping their values.
  init(_ count: Int, from scanner: inout HeaderScanner) throws(GGUFError) {
    file = scanner.file
    byteOrder = scanner.order
    var entries: [Entry] = []
    var numbers: [TensorName: Int] = [:]
    entries.reserveCapacity(count)
    numbers.reserveCapacity(count)
    for number in 0..<count {
      let start = scanner.offset
      let key = try scanner.name(limit: GGUFName.keyLimit, .key(number))
      guard numbers.updateValue(number, forKey: TensorName(key)) == nil else {
        throw GGUFError.duplicateName(scanner.place(.key(number), at: start), name: key)
      }
      entries.append(try Entry(key, from: &scanner))
    }
    self.entries = entries
    self.numbers = numbers
  }
}

extension GGUFMetadata.Entry {
  /// Scans the value's type and skips the value.
  fileprivate init(_ key: String, from scanner: inout HeaderScanner) throws(GGUFError) {
    self.key = key
    type = try Self.type(.valueType(key: key), from: &scanner)
    offset = scanner.offset
    switch type {
    case .string:
      (elementType, count) = (nil, 1)
      try scanner.skipStrings(1) { _ in .value(key: key) }
    case .bool:
      (elementType, count) = (nil, 1)
      try scanner.skipBools(1) { _ in .value(key: key) }
    case .array:
      let typeOffset = scanner.offset
      let elementType = try Self.type(.elementType(key: key), from: &scanner)
      guard elementType != .array else {
        throw GGUFError.nestedArray(scanner.place(.elementType(key: key), at: typeOffset))
      }
      let count = try scanner.count(
        unit: elementType.leastByteCount, .elementCount(key: key))
      (self.elementType, self.count) = (elementType, count)
      switch elementType {
      case .string: try scanner.skipStrings(count) { .element(key: key, $0) }
      case .bool: try scanner.skipBools(count) { .element(key: key, $0) }
      default: try scanner.skip(count * elementType.leastByteCount, .value(key: key))
      }
    default:
      (elementType, count) = (nil, 1)
      try scanner.skip(type.leastByteCount, .value(key: key))
    }
    byteCount = scanner.offset - offset
  }

  private static func type(
    _ field: GGUFField, from scanner: inout HeaderScanner
  ) throws(GGUFError) -> GGUFValueType {
    let start = scanner.offset
    let number: UInt32 = try scanner.integer(field)
    guard let type = GGUFValueType(rawValue: number) else {
      throw GGUFError.unknownValueType(scanner.place(field, at: start), found: number)
    }
    return type
  }
}
