/// Type of a metadata value; the raw value is its number in the file.
package enum GGUFValueType: UInt32, CaseIterable, Sendable {
  case u8, i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

  /// Size of a value in bytes; nil for types of variable size.
  package var byteCount: Int? {
    switch self {
    case .u8, .i8, .bool: 1
    case .u16, .i16: 2
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    case .string, .array: nil
    }
  }

  /// Smallest size of a value in bytes.
  var leastByteCount: Int { byteCount ?? 8 }
}
