import Kernels

/// Decoders for ggml blocks with one scale `d`, and at most one offset `m`, for all elements.
///
/// Each function decodes whole blocks. A byte of two 4-bit elements holds one of the first half of
/// the block in its low bits and one of the second half in its high bits. Scales and offsets are
/// half floats.
enum SimpleBlocks {
  /// `d`, then 1 bit per element: d if set, otherwise −d.
  static func q10(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 18, into: &values, by: 128) { (block, values) in
      let scale = block.half(at: 0)
      for index in 0..<128 {
        let bit = block[2 + index / 8] &>> UInt8(truncatingIfNeeded: index % 8) & 1
        values[index] = bit == 1 ? scale : -scale
      }
    }
  }

  /// `d`, then 2 bits per element: `(q − 1) d`.
  static func q20(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 18, into: &values, by: 64) { (block, values) in
      let scale = block.half(at: 0)
      for index in 0..<64 {
        let shift = 2 * UInt8(truncatingIfNeeded: index % 4)
        values[index] = Float(Int32(block[2 + index / 4] &>> shift & 3) - 1) * scale
      }
    }
  }

  /// `d`, then 4 bits per element: `(q − 8) d`.
  static func q40(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 18, into: &values, by: 32) { (block, values) in
      let scale = block.half(at: 0)
      for index in 0..<16 {
        values[index] = Float(Int32(block[2 + index] & 15) - 8) * scale
        values[16 + index] = Float(Int32(block[2 + index] >> 4) - 8) * scale
      }
    }
  }

  /// `d`, `m`, then 4 bits per element: `q d + m`.
  static func q41(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 20, into: &values, by: 32) { (block, values) in
      let scale = block.half(at: 0)
      let offset = block.half(at: 2)
      for index in 0..<16 {
        values[index] = Float(block[4 + index] & 15) * scale + offset
        values[16 + index] = Float(block[4 + index] >> 4) * scale + offset
      }
    }
  }

  /// `d`, the fifth bits of all elements, then the four lower bits of each: `(q − 16) d`.
  static func q50(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 22, into: &values, by: 32) { (block, values) in
      let scale = block.half(at: 0)
      let high = block.doubleWord(at: 2)
      for index in 0..<16 {
        let (first, second) = fiveBits(block[6 + index], high, index)
        values[index] = Float(first - 16) * scale
        values[16 + index] = Float(second - 16) * scale
      }
    }
  }

  /// `d`, `m`, the fifth bits of all elements, then the four lower bits of each: `q d + m`.
  static func q51(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 24, into: &values, by: 32) { (block, values) in
      let scale = block.half(at: 0)
      let offset = block.half(at: 2)
      let high = block.doubleWord(at: 4)
      for index in 0..<16 {
        let (first, second) = fiveBits(block[8 + index], high, index)
        values[index] = Float(first) * scale + offset
        values[16 + index] = Float(second) * scale + offset
      }
    }
  }

  /// Elements `index` and `index + 16`.
  @inline(__always)
  private static func fiveBits(_ low: UInt8, _ high: UInt32, _ index: Int) -> (Int32, Int32) {
    let high = high &>> UInt32(truncatingIfNeeded: index)
    return (
      Int32(low & 15) | Int32(truncatingIfNeeded: high & 1) << 4,
      Int32(low >> 4) | Int32(truncatingIfNeeded: high >> 16 & 1) << 4
    )
  }

  /// `d`, then 8 bits per element: `q d`.
  static func q80(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 34, into: &values, by: 32) { (block, values) in
      let scale = block.half(at: 0)
      for index in 0..<32 {
        values[index] = Float(Int8(bitPattern: block[2 + index])) * scale
      }
    }
  }

  /// `d`, the sum of the elements (not read), then 8 bits per element: `q d`.
  static func q81(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 36, into: &values, by: 32) { (block, values) in
      let scale = block.half(at: 0)
      for index in 0..<32 {
        values[index] = Float(Int8(bitPattern: block[4 + index])) * scale
      }
    }
  }
}
