import Kernels

/// Decoders for ggml blocks of 256 elements in groups, each with its own small scale.
///
/// A value is `(d s) q`, or `(d s) q − (dmin m)` in types with offsets; `d` and `dmin` belong to
/// the block, `s` and `m` to the group. Each function decodes whole blocks.
enum SuperBlocks {
  /// 16 × (`s`, `m` of 4 bits), 256 × 2 bits, `d`, `dmin`.
  static func q2K(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 84, into: &values, by: 256) { (block, values) in
      let scale = block.half(at: 80)
      let offset = block.half(at: 82)
      for group in 0..<16 {
        let factor = scale * Float(block[group] & 15)
        let lift = offset * Float(block[group] >> 4)
        let place = TwoBits(group)
        for index in 0..<16 {
          let bits = block[16 + place.byte + index] &>> place.shift & 3
          values[16 * group + index] = factor * Float(bits) - lift
        }
      }
    }
  }

  /// 256 × 1 high bit, 256 × 2 low bits, 16 × (`s + 32` of 6 bits), `d`.
  ///
  /// An unset high bit subtracts 4 from the low bits.
  static func q3K(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 110, into: &values, by: 256) { (block, values) in
      let scale = block.half(at: 108)
      for group in 0..<16 {
        let low = block[96 + group % 8] &>> (group < 8 ? 0 : 4) & 15
        let high = block[104 + group % 4] &>> UInt8(truncatingIfNeeded: group / 4 * 2) & 3
        let factor = scale * Float(Int32(low | high << 4) - 32)
        let place = TwoBits(group)
        let highBit = UInt8(truncatingIfNeeded: group / 2)
        for index in 0..<16 {
          let bits = block[32 + place.byte + index] &>> place.shift & 3
          let set = block[group % 2 * 16 + index] &>> highBit & 1
          values[16 * group + index] = factor * Float(Int32(bits | set << 2) - 4)
        }
      }
    }
  }

  /// `d`, `dmin`, 8 × (`s`, `m` of 6 bits), 256 × 4 bits.
  static func q4K(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 144, into: &values, by: 256) { (block, values) in
      for pair in 0..<4 {
        let (low, high) = (SixBits(block, 2 * pair), SixBits(block, 2 * pair + 1))
        for index in 0..<32 {
          values[64 * pair + index] =
            low.factor * Float(block[16 + 32 * pair + index] & 15) - low.lift
        }
        for index in 0..<32 {
          values[64 * pair + 32 + index] =
            high.factor * Float(block[16 + 32 * pair + index] >> 4) - high.lift
        }
      }
    }
  }

  /// `d`, `dmin`, 8 × (`s`, `m` of 6 bits), 256 × 1 high bit, 256 × 4 low bits.
  static func q5K(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 176, into: &values, by: 256) { (block, values) in
      for group in 0..<8 {
        let scales = SixBits(block, group)
        let highBit = UInt8(truncatingIfNeeded: group)
        let shift = (highBit & 1) * 4
        for index in 0..<32 {
          let low = block[48 + 32 * (group / 2) + index] &>> shift & 15
          let high = block[16 + index] &>> highBit & 1
          values[32 * group + index] = scales.factor * Float(low | high << 4) - scales.lift
        }
      }
    }
  }

  /// 256 × 4 low bits, 256 × 2 high bits, 16 × (`s` of 8 bits), `d`; the value is `(d s) (q − 32)`.
  static func q6K(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 210, into: &values, by: 256) { (block, values) in
      let scale = block.half(at: 208)
      for group in 0..<16 {
        let factor = scale * Float(Int8(bitPattern: block[192 + group]))
        let place = TwoBits(group)
        let lowByte = 64 * (group / 8) + 16 * (group % 4)
        let shift: UInt8 = group % 8 < 4 ? 0 : 4
        for index in 0..<16 {
          let low = block[lowByte + index] &>> shift & 15
          let high = block[128 + place.byte + index] &>> place.shift & 3
          values[16 * group + index] = factor * Float(Int32(low | high << 4) - 32)
        }
      }
    }
  }

  /// `d` as a float, 256 × 8 bits, the sums of 16 groups (not read); the value is `q d`.
  static func q8K(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    Blocks.forEach(bytes.span, by: 292, into: &values, by: 256) { (block, values) in
      let scale = Float(bitPattern: block.doubleWord(at: 0))
      for index in 0..<256 {
        values[index] = Float(Int8(bitPattern: block[4 + index])) * scale
      }
    }
  }

  /// Position of the two bits of a group's first element.
  ///
  /// 32 bytes hold 128 elements, a quarter of them in each pair of bits.
  private struct TwoBits {
    let byte: Int
    let shift: UInt8

    @inline(__always)
    init(_ group: Int) {
      byte = 32 * (group / 8) + 16 * (group % 2)
      shift = UInt8(truncatingIfNeeded: group % 8 / 2 * 2)
    }
  }

  /// `d s` and `dmin m` of one of the eight groups of Q4_K and Q5_K.
  private struct SixBits {
    let factor: Float
    let lift: Float

    @inline(__always)
    init(_ block: Span<UInt8>, _ group: Int) {
      let scale: UInt8
      let offset: UInt8
      if group < 4 {
        scale = block[4 + group] & 63
        offset = block[8 + group] & 63
      } else {
        // The low four bits of both share a byte; the upper two are above those of groups 0 to 3.
        scale = block[8 + group] & 15 | (block[group] >> 6) << 4
        offset = block[8 + group] >> 4 | (block[4 + group] >> 6) << 4
      }
      factor = block.half(at: 0) * Float(scale)
      lift = block.half(at: 2) * Float(offset)
    }
  }
}
