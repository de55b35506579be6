/// Random numbers from a seed, the same in every run (Steele, Lea and Flood, 2014).
///
/// Conversions are its own, because those of the standard library may change.
struct SplitMix64: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Uniform in [−bound, bound).
  mutating func uniform(_ bound: Float) -> Float {
    (Float(next() >> 40) * 0x1p-23 - 1) * bound
  }

  mutating func shuffle(_ elements: inout [Int]) {
    guard elements.count > 1 else { return }
    for index in (1..<elements.count).reversed() {
      elements.swapAt(index, Int(next().multipliedFullWidth(by: UInt64(index + 1)).high))
    }
  }
}
