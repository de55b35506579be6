import ByteIO
import Tensors

/// The metadata of one file: keys with values, in the order of the file.
///
/// Where every value is and of what type is known; the values are read when asked for, so that
/// a vocabulary costs nothing until then.
package struct GGUFMetadata: Sendable {
  /// A key, and where its value is.
  package struct Entry: Sendable, Equatable {
    package let key: String
    package let type: GGUFValueType
    /// The type of an array's elements; nil where the value is none.
    package let elementType: GGUFValueType?
    /// The number of an array's elements; 1 where the value is none.
    package let count: Int
    /// The value's first byte, from the start of the file.
    package let offset: Int
    /// The bytes of the value, with those that give its length.
    package let byteCount: Int

    /// The type in words.
    package var typeText: String {
      elementType.map { "array of \(count) \($0)" } ?? "\(type)"
    }
  }

  package let entries: [Entry]
  let file: InputFile
  let byteOrder: ByteOrder
  private let numbers: [TensorName: Int]

  package var keys: [String] { entries.map(\.key) }

  /// What the file says of a key, without reading its value; nil where it has no such key.
  package func entry(_ key: String) -> Entry? { numbers[TensorName(key)].map { entries[$0] } }

  func place(of key: String) -> GGUFPlace {
    GGUFPlace(path: file.path, field: .value(key: key), offset: entry(key)?.offset)
  }

  /// Passes over `count` keys and their values.
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
  /// Passes over the value of a key, from its type on.
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
