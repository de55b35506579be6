/// Byte order of all numbers of a file, those in tensors included.
package enum ByteOrder: Sendable {
  case little
  case big

  /// Integer that starts at `offset`, which the caller has checked to be in range.
  func load<Value: FixedWidthInteger & UnsignedInteger>(
    _: Value.Type, from bytes: [UInt8], at offset: Int
  ) -> Value {
    // A loop in this module, so that the compiler specialises it: vocabularies are long.
    var value: Value = 0
    for index in 0..<MemoryLayout<Value>.size {
      value |= Value(truncatingIfNeeded: bytes[offset + index]) &<< Value(8 * index)
    }
    return self == .little ? value : value.byteSwapped
  }
}
