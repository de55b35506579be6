/// Little-endian encoding of unsigned integers.
package enum LittleEndian {
  /// Integer that starts at `offset`, which the caller has checked to be in range.
  package static func load<Value: FixedWidthInteger & UnsignedInteger>(
    _: Value.Type, from bytes: [UInt8], at offset: Int
  ) -> Value {
    var value: Value = 0
    for index in (0..<MemoryLayout<Value>.size).reversed() {
      value = value << 8 | Value(bytes[offset + index])
    }
    return value
  }

  package static func bytes<Value: FixedWidthInteger & UnsignedInteger>(
    of value: Value
  ) -> [UInt8] {
    (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
