/// IEEE 754 half-precision conversions in integer arithmetic.
///
/// Unlike those of `Float16`, they vectorise and need no call on processors not known to convert.
extension Float {
  /// Exact value of a half-precision number.
  @inlinable @inline(__always)
  package init(halfBits bits: UInt16) {
    // The shifted exponent is 112 too low; the product is exact, also for subnormal numbers.
    let magnitude = Float(bitPattern: UInt32(bits & 0x7FFF) &<< 13) * 0x1p112
    let exponent: UInt32 = magnitude >= 0x1p16 ? 0x7F80_0000 : 0
    self.init(bitPattern: magnitude.bitPattern | exponent | UInt32(bits & 0x8000) &<< 16)
  }

  /// Nearest half-precision number; ties to even.
  @inlinable @inline(__always)
  package var halfBits: UInt16 {
    let sign = (bitPattern &>> 16) & 0x8000
    let bits = bitPattern & 0x7FFF_FFFF
    let magnitude =
      if bits < 0x3880_0000 {
        // Floats from 0.5 on have the spacing of subnormal halves, so the sum rounds to one.
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
