/// Which byte of a number comes first; it holds for all numbers of a file, those in tensors included.
package enum ByteOrder: Sendable {
  case little
  case big

  /// The integer that starts at `offset`; the caller has checked that it is there.
  func load<Value: FixedWidthInteger & UnsignedInteger>(
    _: Value.Type, from bytes: [UInt8], at offset: Int
  ) -> Value {
    // A loop of this module, which the compiler specialises: vocabularies are long.
    var value: Value = 0
    for index in 0..<MemoryLayout<Value>.size {
      value |= Value(truncatingIfNeeded: bytes[offset + index]) &<< Value(8 * index)
    }
    return self == .little ? value : value.byteSwapped
  }
}
