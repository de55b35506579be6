import ByteIO

/// A key with its value, encoded for writing.
package struct GGUFKeyValue: Sendable, Equatable {
  package let key: String
  package let type: GGUFValueType
  /// The value in little-endian order, including its length fields.
  let bytes: [UInt8]

  init(key: String, type: GGUFValueType, bytes: [UInt8]) {
    self.key = key
    self.type = type
    self.bytes = bytes
  }

  /// The same value under another key.
  package func renamed(_ key: String) -> GGUFKeyValue {
    GGUFKeyValue(key: key, type: type, bytes: bytes)
  }

  package init(_ key: String, _ value: GGUFValue) {
    self.key = key
    type = value.type
    var encoder = ValueEncoder()
    encoder.append(value)
    bytes = encoder.bytes
  }
}

/// Encodes values as little-endian bytes.
struct ValueEncoder {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ word: some FixedWidthInteger & UnsignedInteger) {
    bytes += LittleEndian.bytes(of: word)
  }

  /// Appends a string: its length, then its bytes.
  mutating func append(string: [UInt8]) {
    append(UInt64(string.count))
    bytes += string
  }

  mutating func append(raw: [UInt8]) { bytes += raw }

  mutating func append(_ value: GGUFValue) {
    switch value {
    case .u8(let value): append(value)
    case .i8(let value): append(UInt8(bitPattern: value))
    case .u16(let value): append(value)
    case .i16(let value): append(UInt16(bitPattern: value))
    case .u32(let value): append(value)
    case .i32(let value): append(UInt32(bitPattern: value))
    case .u64(let value): append(value)
    case .i64(let value): append(UInt64(bitPattern: value))
    case .f32(let value): append(value.bitPattern)
    case .f64(let value): append(value.bitPattern)
    case .bool(let value): append(UInt8(value ? 1 : 0))
    case .string(let value): append(string: value)
    case .array(let array): append(array)
    }
  }

  private mutating func append(_ array: GGUFArray) {
    append(array.elementType.rawValue)
    append(UInt64(array.count))
    switch array {
    case .u8(let values): append(raw: values)
    case .i8(let values): for value in values { append(UInt8(bitPattern: value)) }
    case .u16(let values): for value in values { append(value) }
    case .i16(let values): for value in values { append(UInt16(bitPattern: value)) }
    case .u32(let values): for value in values { append(value) }
    case .i32(let values): for value in values { append(UInt32(bitPattern: value)) }
    case .u64(let values): for value in values { append(value) }
    case .i64(let values): for value in values { append(UInt64(bitPattern: value)) }
    case .f32(let values): for value in values { append(value.bitPattern) }
    case .f64(let values): for value in values { append(value.bitPattern) }
    case .bool(let values): for value in values { append(UInt8(value ? 1 : 0)) }
    case .string(let values): for value in values { append(string: value) }
    }
  }
}
