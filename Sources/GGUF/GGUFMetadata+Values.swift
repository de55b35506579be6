import ByteIO
import Tensors

/// Values by key. If the key is missing, the forms that end in `IfPresent` return nil, the others
/// throw. All throw if the value has another type.
extension GGUFMetadata {
  package func valueIfPresent(_ key: String) throws(GGUFError) -> GGUFValue? {
    guard let entry = entry(key) else { return nil }
    return try value(of: entry)
  }

  /// String value, which must be UTF-8.
  package func string(_ key: String) throws(GGUFError) -> String {
    try required(try stringIfPresent(key), key)
  }

  package func stringIfPresent(_ key: String) throws(GGUFError) -> String? {
    try converted(key, "a string in UTF-8", from: [.string]) { $0.string }
  }

  /// Value of any integer type; throws if it does not fit.
  package func int(_ key: String) throws(GGUFError) -> Int {
    try required(try intIfPresent(key), key)
  }

  package func intIfPresent(_ key: String) throws(GGUFError) -> Int? {
    try converted(key, "an integer up to \(Int.max)", from: GGUFValueType.integers) { $0.int }
  }

  /// A floating-point number of either type.
  package func doubleIfPresent(_ key: String) throws(GGUFError) -> Double? {
    try converted(key, "a floating-point number", from: [.f32, .f64]) { $0.double }
  }

  package func boolIfPresent(_ key: String) throws(GGUFError) -> Bool? {
    try converted(key, "a bool", from: [.bool]) { $0.bool }
  }

  /// An array of strings, which may hold any bytes.
  package func stringsIfPresent(_ key: String) throws(GGUFError) -> [[UInt8]]? {
    try converted(key, "an array of strings", elements: [.string]) { $0.strings }
  }

  /// An array of floating-point numbers of either type, rounded to the nearest float.
  package func floatsIfPresent(_ key: String) throws(GGUFError) -> [Float]? {
    try converted(key, "an array of floating-point numbers", elements: [.f32, .f64]) { $0.floats }
  }

  /// Array of any integer type; throws if an element does not fit.
  package func ints(_ key: String) throws(GGUFError) -> [Int] {
    try required(try intsIfPresent(key), key)
  }

  package func intsIfPresent(_ key: String) throws(GGUFError) -> [Int]? {
    try converted(
      key, "an array of integers up to \(Int.max)", elements: GGUFValueType.integers
    ) { $0.ints }
  }

  /// Array of booleans, or of integers of which 0 is false.
  package func flagsIfPresent(_ key: String) throws(GGUFError) -> [Bool]? {
    try converted(key, "an array of booleans", elements: GGUFValueType.integers + [.bool]) {
      $0.flags
    }
  }

  private func required<Result>(_ result: Result?, _ key: String) throws(GGUFError) -> Result {
    guard let result else { throw GGUFError.missingKey(path: file.path, key: key) }
    return result
  }

  /// Converted value of a key, read only if its type is in `types`.
  private func converted<Result>(
    _ key: String, _ expected: String, from types: [GGUFValueType],
    _ convert: (GGUFValue) -> Result?
  ) throws(GGUFError) -> Result? {
    guard let entry = entry(key) else { return nil }
    guard types.contains(entry.type) else { throw unexpected(entry, expected) }
    guard let result = convert(try value(of: entry)) else { throw unexpected(entry, expected) }
    return result
  }

  private func converted<Result>(
    _ key: String, _ expected: String, elements types: [GGUFValueType],
    _ convert: (GGUFArray) -> Result?
  ) throws(GGUFError) -> Result? {
    guard let entry = entry(key) else { return nil }
    guard let type = entry.elementType, types.contains(type) else {
      throw unexpected(entry, expected)
    }
    return try converted(key, expected, from: [.array]) { $0.array.flatMap(convert) }
  }

  private func unexpected(_ entry: Entry, _ expected: String) -> GGUFError {
    // If the type is right, the value is wrong: short values are shown.
    let shown = entry.byteCount <= 64 && entry.elementType == nil
    let value = shown ? (try? value(of: entry)).map { " \($0.summary)" } ?? "" : ""
    return .unexpectedValue(place(of: entry.key), expected: expected, found: entry.typeText + value)
  }
}

extension GGUFValueType {
  static let integers: [GGUFValueType] = [.u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64]
}

extension GGUFValue {
  /// Scalar value as text for an error message.
  fileprivate var summary: String {
    switch self {
    case .u64(let value): "\(value)"
    case .string(let bytes): quoted(bytes)
    case .bool(let value): "\(value)"
    default: int.map { "\($0)" } ?? double.map { "\($0)" } ?? ""
    }
  }
}
