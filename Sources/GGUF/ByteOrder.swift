import ByteIO

/// Which byte of a number comes first; it holds for all numbers of a file, those in tensors included.
package enum ByteOrder: Sendable {
  case little
  case big

  /// The integer that starts at `offset`; the caller has checked that it is there.
  func load<Value: FixedWidthInteger & UnsignedInteger>(
    _: Value.Type, from bytes: [UInt8], at offset: Int
  ) -> Value {
    let value = LittleEndian.load(Value.self, from: bytes, at: offset)
    return self == .little ? value : value.byteSwapped
  }
}
