import Kernels

/// Decoders for ggml blocks whose 4-bit elements are indices into a table.
///
/// Each function decodes whole blocks.
enum TableBlocks {
  /// Levels that are denser around zero.
  private static let nonlinear = SIMD16<Float>(
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)

  /// Twice the values of FP4 (E2M1); negative zero decodes as positive zero.
  private static let fp4 = SIMD16<Float>(
    0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12)

  /// Half float `d`, 32 × 4 bits.
  static func iq4NL(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    let table = nonlinear
    Blocks.forEach(bytes.span, by: 18, into: &values, by: 32) { (block, values) in
      let scale = block.half(at: 0)
      look(up: block, 2, 16, in: table, times: scale, &values, 0)
    }
  }

  /// Half float `d`, 8 × (`s` of 6 bits), 256 × 4 bits in groups of 32; scale `d (s − 32)`.
  static func iq4XS(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    let table = nonlinear
    Blocks.forEach(bytes.span, by: 136, into: &values, by: 256) { (block, values) in
      let scale = block.half(at: 0)
      let highBits = block.word(at: 2)
      for group in 0..<8 {
        let low = block[4 + group / 2] &>> (group % 2 == 0 ? 0 : 4) & 15
        let high = UInt8(
          truncatingIfNeeded: highBits &>> UInt16(truncatingIfNeeded: 2 * group) & 3)
        let factor = scale * Float(Int32(low | high << 4) - 32)
        look(up: block, 8 + 16 * group, 16, in: table, times: factor, &values, 32 * group)
      }
    }
  }

  /// Power of two (E8M0), 32 × 4 bits.
  static func mxfp4(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    let table = fp4
    Blocks.forEach(bytes.span, by: 17, into: &values, by: 32) { (block, values) in
      // Half of 2^(e − 127), as the table is doubled; 255 is not NaN here.
      let exponent = UInt32(block[0])
      let scale = Float(
        bitPattern: exponent < 2 ? 0x0020_0000 &<< exponent : (exponent &- 1) &<< 23)
      look(up: block, 1, 16, in: table, times: scale, &values, 0)
    }
  }

  /// Four scales (E4M3 without sign), 4 × 16 × 4 bits.
  static func nvfp4(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    let table = fp4
    Blocks.forEach(bytes.span, by: 36, into: &values, by: 64) { (block, values) in
      for group in 0..<4 {
        let factor = halfOfE4M3(block[group])
        look(up: block, 4 + 8 * group, 8, in: table, times: factor, &values, 16 * group)
      }
    }
  }

  /// Half of an E4M3 number; the sign bit is ignored, and 0x7F, which would be NaN, is zero.
  @inline(__always)
  private static func halfOfE4M3(_ bits: UInt8) -> Float {
    let exponent = UInt32(bits >> 3 & 15)
    let fraction = UInt32(bits & 7)
    if bits == 0x7F { return 0 }
    if exponent == 0 { return Float(fraction) * 0x1p-10 }
    return Float(bitPattern: (exponent &+ 119) &<< 23 | fraction &<< 20)
  }

  /// Decodes `count` bytes: their low halves, then their high halves.
  @inline(__always)
  private static func look(
    up block: Span<UInt8>, _ start: Int, _ count: Int, in table: SIMD16<Float>,
    times factor: Float, _ values: inout MutableSpan<Float>, _ place: Int
  ) {
    for index in 0..<count {
      let byte = block[start + index]
      values[place + index] = factor * table[Int(byte & 15)]
      values[place + count + index] = factor * table[Int(byte >> 4)]
    }
  }
}
