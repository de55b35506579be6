import Kernels

/// Encoders; the scale maps the largest value to the end of the range.
///
/// If a scale is so small that its inverse overflows, it and all elements are stored as zero.
extension SimpleBlocks {
  static func encodeQ40(_ values: [Float], into bytes: inout MutableSpan<UInt8>) {
    Blocks.forEach(values.span, by: 32, into: &bytes, by: 18) { (values, block) in
      let scale = Scale(signed: values, levels: 8)
      block.store(scale.value.halfBits, at: 0)
      for index in 0..<16 {
        let low = min(whole(values[index] * scale.inverse + 8.5), 15)
        let high = min(whole(values[16 + index] * scale.inverse + 8.5), 15)
        block[2 + index] = low | high << 4
      }
    }
  }

  static func encodeQ41(_ values: [Float], into bytes: inout MutableSpan<UInt8>) {
    Blocks.forEach(values.span, by: 32, into: &bytes, by: 20) { (values, block) in
      let (scale, offset) = Scale.spanning(values, levels: 15)
      block.store(scale.value.halfBits, at: 0)
      block.store(offset.halfBits, at: 2)
      for index in 0..<16 {
        let low = min(whole((values[index] - offset) * scale.inverse + 0.5), 15)
        let high = min(whole((values[16 + index] - offset) * scale.inverse + 0.5), 15)
        block[4 + index] = low | high << 4
      }
    }
  }

  static func encodeQ50(_ values: [Float], into bytes: inout MutableSpan<UInt8>) {
    Blocks.forEach(values.span, by: 32, into: &bytes, by: 22) { (values, block) in
      let scale = Scale(signed: values, levels: 16)
      block.store(scale.value.halfBits, at: 0)
      for index in 0..<16 {
        block.storeFiveBits(
          min(whole(values[index] * scale.inverse + 16.5), 31),
          min(whole(values[16 + index] * scale.inverse + 16.5), 31), index, at: 2)
      }
    }
  }

  static func encodeQ51(_ values: [Float], into bytes: inout MutableSpan<UInt8>) {
    Blocks.forEach(values.span, by: 32, into: &bytes, by: 24) { (values, block) in
      let (scale, offset) = Scale.spanning(values, levels: 31)
      block.store(scale.value.halfBits, at: 0)
      block.store(offset.halfBits, at: 2)
      for index in 0..<16 {
        block.storeFiveBits(
          min(whole((values[index] - offset) * scale.inverse + 0.5), 31),
          min(whole((values[16 + index] - offset) * scale.inverse + 0.5), 31), index, at: 4)
      }
    }
  }

  static func encodeQ80(_ values: [Float], into bytes: inout MutableSpan<UInt8>) {
    Blocks.forEach(values.span, by: 32, into: &bytes, by: 34) { (values, block) in
      let scale = Scale(largestMagnitude(values) / 127)
      block.store(scale.value.halfBits, at: 0)
      for index in 0..<32 { block[2 + index] = nearest(values[index] * scale.inverse) }
    }
  }

  /// Scale of a block, and its inverse.
  private struct Scale {
    let value: Float
    let inverse: Float

    @inline(__always)
    init(_ value: Float) {
      self.value = value
      inverse = value == 0 ? 0 : 1 / value
    }

    /// Scale that maps the first value of largest magnitude to −`levels`.
    @inline(__always)
    init(signed values: Span<Float>, levels: Float) {
      let magnitude = largestMagnitude(values)
      var index = 0
      while index < 31, values[index].magnitude != magnitude { index += 1 }
      self.init(values[index] / -levels)
    }

    /// Scale and offset that map the smallest value to 0 and the largest to `levels`.
    @inline(__always)
    static func spanning(_ values: Span<Float>, levels: Float) -> (Scale, offset: Float) {
      var (smallest, largest) = (values[0], values[0])
      for index in 1..<32 {
        smallest = values[index] < smallest ? values[index] : smallest
        largest = values[index] > largest ? values[index] : largest
      }
      return (Scale((largest - smallest) / levels), smallest)
    }
  }

  @inline(__always)
  private static func largestMagnitude(_ values: Span<Float>) -> Float {
    // Bit patterns of magnitudes sort like their values; integer comparisons vectorise.
    var largest: Int32 = 0
    for index in 0..<32 {
      largest = max(largest, Int32(bitPattern: values[index].bitPattern & 0x7FFF_FFFF))
    }
    return Float(bitPattern: UInt32(bitPattern: largest))
  }

  /// Integer part of a number from 0 to 255; 0 if not finite.
  @inline(__always)
  private static func whole(_ value: Float) -> UInt8 {
    lowByte(of: roundedDown(value))
  }

  /// Nearest integer to a number from −127 to 127, halves away from zero; 0 if not finite.
  @inline(__always)
  private static func nearest(_ value: Float) -> UInt8 {
    let down = roundedDown(value.magnitude)
    let bits = lowByte(of: value.magnitude - down >= 0.5 ? down + 1 : down)
    return value < 0 ? 0 &- bits : bits
  }

  /// Rounds down with additions, as each integer conversion would be range-checked.
  @inline(__always)
  private static func roundedDown(_ value: Float) -> Float {
    let near = value + 0x1p23 - 0x1p23
    return near > value ? near - 1 : near
  }

  @inline(__always)
  private static func lowByte(of value: Float) -> UInt8 {
    UInt8(truncatingIfNeeded: (value + 0x1p23).bitPattern)
  }
}

extension MutableSpan<UInt8> {
  @inline(__always)
  fileprivate mutating func store(_ word: UInt16, at index: Int) {
    self[index] = UInt8(truncatingIfNeeded: word)
    self[index + 1] = UInt8(truncatingIfNeeded: word >> 8)
  }

  /// Stores elements `index` and `index + 16`, their fifth bits in the 32 zeroed bits at `place`.
  @inline(__always)
  fileprivate mutating func storeFiveBits(
    _ first: UInt8, _ second: UInt8, _ index: Int, at place: Int
  ) {
    let shift = UInt8(truncatingIfNeeded: index % 8)
    self[place + index / 8] |= (first >> 4) &<< shift
    self[place + 2 + index / 8] |= (second >> 4) &<< shift
    self[place + 4 + index] = first & 15 | second << 4
  }
}
