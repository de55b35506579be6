/// Bulk conversion of little-endian numbers of other types to floats.
///
/// Each function fills `values` from the same number of elements in `bytes`.
package enum Widening {
  /// BF16 is the upper half of a float.
  package static func bfloat16(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    convert(bytes, UInt16.self, into: &values) { (bits: UInt16) in
      Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
    }
  }

  package static func float16(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    convert(bytes, UInt16.self, into: &values) { (bits: UInt16) in
      Float(halfBits: UInt16(littleEndian: bits))
    }
  }

  package static func float32(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    convert(bytes, UInt32.self, into: &values) { (bits: UInt32) in
      Float(bitPattern: UInt32(littleEndian: bits))
    }
  }

  @inline(__always)
  private static func convert<Bits: FixedWidthInteger>(
    _ bytes: [UInt8], _: Bits.Type, into values: inout MutableSpan<Float>,
    _ widen: (Bits) -> Float
  ) {
    let count = bytes.count / MemoryLayout<Bits>.size
    precondition(count == values.count, "\(count) numbers for \(values.count) values")
    unsafe bytes.withUnsafeBytes { source in
      unsafe values.withUnsafeMutableBufferPointer { target in
        for index in 0..<count {
          let bits = unsafe source.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
          unsafe target[index] = widen(bits)
        }
      }
    }
  }
}
