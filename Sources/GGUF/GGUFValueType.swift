/// The type of a value of the metadata, by its number in the file.
package enum GGUFValueType: UInt32, CaseIterable, Sendable {
  case u8, i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

  /// The bytes of a value; nil where it depends on the value.
  package var byteCount: Int? {
    switch self {
    case .u8, .i8, .bool: 1
    case .u16, .i16: 2
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    case .string, .array: nil
    }
  }

  /// The fewest bytes that a value takes in a file.
  var leastByteCount: Int { byteCount ?? 8 }
}
