import Kernels

extension ElementType {
  /// Decodes `bytes` into `values` as floats.
  ///
  /// Wider numbers are rounded to the nearest float; a complex number becomes its two parts.
  /// `bytes` holds whole blocks, little-endian, of a type that ``isDecodable``.
  package func decode(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    switch self {
    case .bf16: Widening.bfloat16(bytes, into: &values)
    case .f16: Widening.float16(bytes, into: &values)
    case .f32, .c64: Widening.float32(bytes, into: &values)
    case .q10, .q20, .q40, .q41, .q50, .q51, .q80, .q81, .q2K, .q3K, .q4K, .q5K, .q6K, .q8K, .iq1S,
      .iq1M, .iq2XXS, .iq2XS, .iq2S, .iq3XXS, .iq3S, .iq4NL, .iq4XS, .tq10, .tq20, .mxfp4, .nvfp4:
      decodeBlocks(bytes, into: &values)
    case .bool, .u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64, .f64, .f8E5M2, .f8E4M3, .f8E8M0,
      .f8E4M3FNUZ, .f8E5M2FNUZ, .f4, .f6E2M3, .f6E3M2:
      for (index, value) in doubles(bytes).enumerated() { values[index] = Float(value) }
    }
  }

  /// Elements as doubles; exact for all types but 64-bit integers.
  package func doubles(_ bytes: [UInt8]) -> [Double] {
    switch self {
    case .bool, .u8: bytes.map { Double($0) }
    case .i8: bytes.map { Double(Int8(bitPattern: $0)) }
    case .u16: words(bytes, UInt16.self).map { Double($0) }
    case .i16: words(bytes, UInt16.self).map { Double(Int16(bitPattern: $0)) }
    case .u32: words(bytes, UInt32.self).map { Double($0) }
    case .i32: words(bytes, UInt32.self).map { Double(Int32(bitPattern: $0)) }
    case .u64: words(bytes, UInt64.self).map { Double($0) }
    case .i64: words(bytes, UInt64.self).map { Double(Int64(bitPattern: $0)) }
    case .f64: words(bytes, UInt64.self).map { Double(bitPattern: $0) }
    case .f32, .c64: words(bytes, UInt32.self).map { Double(Float(bitPattern: $0)) }
    case .f16: words(bytes, UInt16.self).map { Double(Float16(bitPattern: $0)) }
    case .bf16: words(bytes, UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ:
      smallFloats(bytes)
    case .f4:
      smallFloats(bytes.flatMap { [$0 & 15, $0 >> 4] })
    case .f6E2M3, .f6E3M2:
      smallFloats(
        stride(from: 0, to: bytes.count, by: 3).flatMap { start in
          let word =
            UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
          return (0..<4).map { UInt8(word >> (6 * $0) & 63) }
        })
    case .q10, .q20, .q40, .q41, .q50, .q51, .q80, .q81, .q2K, .q3K, .q4K, .q5K, .q6K, .q8K, .iq1S,
      .iq1M, .iq2XXS, .iq2XS, .iq2S, .iq3XXS, .iq3S, .iq4NL, .iq4XS, .tq10, .tq20, .mxfp4, .nvfp4:
      floats(bytes).map { Double($0) }
    }
  }

  /// Decodes as ``decode(_:into:)``; two floats per complex number.
  package func floats(_ bytes: [UInt8]) -> [Float] {
    let numbers = block.elements * (self == .c64 ? 2 : 1)
    var values = [Float](repeating: 0, count: bytes.count / block.bytes * numbers)
    var span = values.mutableSpan
    decode(bytes, into: &span)
    return values
  }

  private func smallFloats(_ patterns: [UInt8]) -> [Double] {
    let format = SmallFloat(self)
    let table = (0..<256).map { format.value(of: UInt8($0)) }
    return patterns.map { table[Int($0)] }
  }

  private func words<Word: FixedWidthInteger & UnsignedInteger>(
    _ bytes: [UInt8], _: Word.Type
  ) -> [Word] {
    let size = MemoryLayout<Word>.size
    return stride(from: 0, to: bytes.count, by: size).map { start in
      (0..<size).reduce(into: Word(0)) { $0 |= Word(bytes[start + $1]) << (8 * $1) }
    }
  }
}
