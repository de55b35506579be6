import Kernels

/// Decoders for ggml blocks of 256 elements −d, 0 or d, with the half float `d` at the end.
///
/// Each function decodes whole blocks.
enum TernaryBlocks {
  /// Base-3 digits of the fraction byte / 256: five per byte, four in each of the last four bytes.
  ///
  /// The first digits of 32 bytes are followed by their second digits, and so on; then the next
  /// 16 bytes in the same way, and the last four.
  static func tq10(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 54, into: &values, by: 256) { (block, values) in
      let scale = block.half(at: 52)
      digits(block, 0, 32, 5, times: scale, &values, 0)
      digits(block, 32, 16, 5, times: scale, &values, 160)
      digits(block, 48, 4, 4, times: scale, &values, 240)
    }
  }

  /// 2 bits per element; 32 bytes hold 128 elements, a quarter of them in each pair of bits.
  static func tq20(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 66, into: &values, by: 256) { (block, values) in
      let scale = block.half(at: 64)
      for group in 0..<8 {
        let shift = UInt8(truncatingIfNeeded: group % 4 * 2)
        for index in 0..<32 {
          let bits = block[32 * (group / 4) + index] &>> shift & 3
          values[32 * group + index] = scale * Float(Int32(bits) - 1)
        }
      }
    }
  }

  @inline(__always)
  private static func digits(
    _ block: Span<UInt8>, _ start: Int, _ count: Int, _ digits: Int, times scale: Float,
    _ values: inout MutableSpan<Float>, _ place: Int
  ) {
    var power: UInt8 = 1
    for digit in 0..<digits {
      for index in 0..<count {
        let rest = block[start + index] &* power
        values[place + digit * count + index] = scale * Float(((Int32(rest) * 3) >> 8) - 1)
      }
      power &*= 3
    }
  }
}
