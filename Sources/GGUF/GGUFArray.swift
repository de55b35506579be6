/// An array in the metadata: values of one type that is not itself an array.
package enum GGUFArray: Sendable, Equatable {
  case u8([UInt8])
  case i8([Int8])
  case u16([UInt16])
  case i16([Int16])
  case u32([UInt32])
  case i32([Int32])
  case u64([UInt64])
  case i64([Int64])
  case f32([Float])
  case f64([Double])
  case bool([Bool])
  case string([[UInt8]])

  package var elementType: GGUFValueType {
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
    }
  }

  package var count: Int {
    switch self {
    case .u8(let values): values.count
    case .i8(let values): values.count
    case .u16(let values): values.count
    case .i16(let values): values.count
    case .u32(let values): values.count
    case .i32(let values): values.count
    case .u64(let values): values.count
    case .i64(let values): values.count
    case .f32(let values): values.count
    case .f64(let values): values.count
    case .bool(let values): values.count
    case .string(let values): values.count
    }
  }

  /// Elements of any integer type; nil for other types, or if one does not fit.
  package var ints: [Int]? {
    switch self {
    case .u8(let values): values.map(Int.init)
    case .i8(let values): values.map(Int.init)
    case .u16(let values): values.map(Int.init)
    case .i16(let values): values.map(Int.init)
    case .u32(let values): values.map(Int.init)
    case .i32(let values): values.map(Int.init)
    case .u64(let values): Self.exact(values)
    case .i64(let values): Self.exact(values)
    default: nil
    }
  }

  /// Elements of either floating-point type, rounded to the nearest float.
  package var floats: [Float]? {
    switch self {
    case .f32(let values): values
    case .f64(let values): values.map { Float($0) }
    default: nil
    }
  }

  /// Elements as flags: booleans, or integers other than 0.
  package var flags: [Bool]? {
    if case .bool(let values) = self { values } else { ints.map { $0.map { $0 != 0 } } }
  }

  package var strings: [[UInt8]]? { if case .string(let values) = self { values } else { nil } }

  private static func exact(_ values: [some BinaryInteger]) -> [Int]? {
    let integers = values.compactMap { Int(exactly: $0) }
    return integers.count == values.count ? integers : nil
  }
}
