/// Conversions of IEEE 754 half precision by integer arithmetic, which, unlike those of `Float16`, take
/// no call on processors that are not known to convert, and become vector code.
extension Float {
  /// The value of a half-precision number, which is exact.
  @inlinable @inline(__always)
  package init(halfBits bits: UInt16) {
    // Exponent and fraction in place, 112 too low; the product is exact, also for subnormal numbers.
    let magnitude = Float(bitPattern: UInt32(bits & 0x7FFF) &<< 13) * 0x1p112
    let exponent: UInt32 = magnitude >= 0x1p16 ? 0x7F80_0000 : 0
    self.init(bitPattern: magnitude.bitPattern | exponent | UInt32(bits & 0x8000) &<< 16)
  }

  /// The nearest half-precision number, of two that are as near the even one.
  @inlinable @inline(__always)
  package var halfBits: UInt16 {
    let sign = (bitPattern &>> 16) & 0x8000
    let bits = bitPattern & 0x7FFF_FFFF
    let magnitude =
      if bits < 0x3880_0000 {
        // Subnormal halves lie as far apart as floats from 0.5 on, so that the sum rounds to one.
        (Float(bitPattern: bits) + 0.5).bitPattern &- Float(0.5).bitPattern
      } else if bits < 0x4780_0000 {
        // From 65520 on, the carry yields infinity.
        (bits &- 112 &<< 23 &+ 0xFFF &+ bits &>> 13 & 1) &>> 13
      } else {
        bits <= 0x7F80_0000 ? 0x7C00 : 0x7E00 | bits &>> 13 & 0x3FF
      }
    return UInt16(truncatingIfNeeded: sign | magnitude)
  }
}
