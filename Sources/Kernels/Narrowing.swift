/// Bulk conversion of floats to little-endian numbers of other types; inverse of ``Widening``.
package enum Narrowing {
  /// Rounds to the nearest value, ties to even; NaN stays NaN.
  package static func bfloat16(_ values: [Float]) -> [UInt8] {
    convert(values) { (value: Float) -> UInt16 in
      let bits = value.bitPattern
      let rounded = (bits &+ 0x7FFF &+ bits &>> 16 & 1) &>> 16
      return UInt16(truncatingIfNeeded: value.isNaN ? bits &>> 16 | 64 : rounded)
    }
  }

  /// Rounds to the nearest value, ties to even; NaN stays NaN.
  package static func float16(_ values: [Float]) -> [UInt8] {
    convert(values) { (value: Float) -> UInt16 in value.halfBits }
  }

  package static func float32(_ values: [Float]) -> [UInt8] {
    convert(values) { (value: Float) -> UInt32 in value.bitPattern }
  }

  @inline(__always)
  private static func convert<Bits: FixedWidthInteger>(
    _ values: [Float], _ narrow: (Float) -> Bits
  ) -> [UInt8] {
    let size = MemoryLayout<Bits>.size
    return unsafe [UInt8](unsafeUninitializedCapacity: values.count * size) { target, initialized in
      let target = UnsafeMutableRawBufferPointer(target)
      for index in 0..<values.count {
        unsafe target.storeBytes(
          of: narrow(values[index]).littleEndian, toByteOffset: index * size, as: Bits.self)
      }
      initialized = values.count * size
    }
  }
}
