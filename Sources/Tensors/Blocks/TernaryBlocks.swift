import Kernels

/// The blocks of ggml of 256 elements that are −d, 0 or d; `d` is a half float at their end.
///
/// Each function decodes whole blocks.
enum TernaryBlocks {
  /// Five elements a byte, as digits of base 3 of a fraction of 256; of the last four bytes four each.
  ///
  /// The first digits of 32 bytes come first, then their second ones; 16 bytes and four bytes follow so.
  static func tq10(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 54, into: &values, by: 256) { (block, values) in
      let scale = block.half(at: 52)
      digits(block, 0, 32, 5, times: scale, &values, 0)
      digits(block, 32, 16, 5, times: scale, &values, 160)
      digits(block, 48, 4, 4, times: scale, &values, 240)
    }
  }

  /// Two bits an element; 32 bytes hold 128 elements, a quarter in each two bits.
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
