/// A metadata value.
package enum GGUFValue: Sendable, Equatable {
  case u8(UInt8)
  case i8(Int8)
  case u16(UInt16)
  case i16(Int16)
  case u32(UInt32)
  case i32(Int32)
  case u64(UInt64)
  case i64(Int64)
  case f32(Float)
  case f64(Double)
  case bool(Bool)
  /// Text by the specification, but files may hold any bytes.
  case string([UInt8])
  case array(GGUFArray)

  package static func text(_ text: String) -> GGUFValue { .string(Array(text.utf8)) }

  package var type: GGUFValueType {
    switch self {
    case .u8: .u8
    case .i8: .i8
    case .u16: .u16
    case .i16: .i16
    case .u32: .u32
    case .i32: .i32
    case .u64: .u64
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .bool: .bool
    case .string: .string
    case .array: .array
    }
  }

  /// Value of any integer type; nil for other types, or if it does not fit.
  package var int: Int? {
    switch self {
    case .u8(let value): Int(value)
    case .i8(let value): Int(value)
    case .u16(let value): Int(value)
    case .i16(let value): Int(value)
    case .u32(let value): Int(value)
    case .i32(let value): Int(value)
    case .u64(let value): Int(exactly: value)
    case .i64(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Value of either floating-point type; nil for other types.
  package var double: Double? {
    switch self {
    case .f32(let value): Double(value)
    case .f64(let value): value
    default: nil
    }
  }

  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// String value; nil for other types, or if it is not UTF-8.
  package var string: String? {
    if case .string(let bytes) = self { String(validating: bytes, as: UTF8.self) } else { nil }
  }

  package var array: GGUFArray? { if case .array(let array) = self { array } else { nil } }
}
