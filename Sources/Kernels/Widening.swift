/// Little-endian numbers of other widths as floats, in bulk.
///
/// Each function takes `bytes` whole numbers and fills `values[start...]` with them.
package enum Widening {
  /// BF16 is the upper half of a float.
  package static func bfloat16(_ bytes: [UInt8], into values: inout [Float], from start: Int) {
    convert(bytes, UInt16.self, into: &values, from: start) { (bits: UInt16) in
      Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
    }
  }

  package static func float16(_ bytes: [UInt8], into values: inout [Float], from start: Int) {
    convert(bytes, UInt16.self, into: &values, from: start) { (bits: UInt16) in
      Float(Float16(bitPattern: UInt16(littleEndian: bits)))
    }
  }

  package static func float32(_ bytes: [UInt8], into values: inout [Float], from start: Int) {
    convert(bytes, UInt32.self, into: &values, from: start) { (bits: UInt32) in
      Float(bitPattern: UInt32(littleEndian: bits))
    }
  }

  @inline(__always)
  private static func convert<Bits: FixedWidthInteger>(
    _ bytes: [UInt8], _: Bits.Type, into values: inout [Float], from start: Int,
    _ widen: (Bits) -> Float
  ) {
    let count = bytes.count / MemoryLayout<Bits>.size
    precondition(start >= 0 && start + count <= values.count, "values out of range")
    unsafe bytes.withUnsafeBytes { source in
      unsafe values.withUnsafeMutableBufferPointer { target in
        for index in 0..<count {
          let bits = unsafe source.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
          unsafe target[start + index] = widen(bits)
        }
      }
    }
  }
}
