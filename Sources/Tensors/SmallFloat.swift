/// Floating-point numbers of at most 8 bits (OCP 8-bit floating point and microscaling formats; the
/// FNUZ forms have one zero, one NaN and no infinity).
struct SmallFloat {
  private let exponentBits: Int
  private let mantissaBits: Int
  private let bias: Int
  private let special: Special

  /// Bit patterns that are not finite numbers.
  private enum Special {
    case none
    /// The highest exponent, as in IEEE 754.
    case highestExponent
    /// Only the pattern whose bits are all ones, whatever the sign.
    case allOnes
    /// Only the pattern of negative zero.
    case negativeZero
  }

  init(_ type: ElementType) {
    (exponentBits, mantissaBits, bias, special) =
      switch type {
      case .f4: (2, 1, 1, .none)
      case .f6E2M3: (2, 3, 1, .none)
      case .f6E3M2: (3, 2, 3, .none)
      case .f8E5M2: (5, 2, 15, .highestExponent)
      case .f8E4M3: (4, 3, 7, .allOnes)
      case .f8E8M0: (8, 0, 127, .allOnes)
      case .f8E4M3FNUZ: (4, 3, 8, .negativeZero)
      case .f8E5M2FNUZ: (5, 2, 16, .negativeZero)
      default: preconditionFailure("\(type) is not a small float")
      }
  }

  func value(of bits: UInt8) -> Double {
    let magnitudeBits = exponentBits + mantissaBits
    let pattern = Int(bits) & ((1 << magnitudeBits) - 1)
    let negative = magnitudeBits < 8 && Int(bits) >> magnitudeBits & 1 == 1
    let exponent = pattern >> mantissaBits
    let mantissa = pattern & ((1 << mantissaBits) - 1)
    switch special {
    case .none: break
    case .highestExponent:
      if exponent == (1 << exponentBits) - 1 {
        return mantissa > 0 ? .nan : negative ? -.infinity : .infinity
      }
    case .allOnes: if pattern == (1 << magnitudeBits) - 1 { return .nan }
    case .negativeZero: if negative && pattern == 0 { return .nan }
    }
    // E8M0 is a power of two: it has no mantissa, and so neither zero nor subnormal numbers.
    let normal = exponent > 0 || mantissaBits == 0
    let significand = Double(mantissa) / Double(1 << mantissaBits) + (normal ? 1 : 0)
    let value = significand * power(of: (normal ? exponent : 1) - bias)
    return negative ? -value : value
  }

  private func power(of exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
