/// Sizes of a feed-forward layer by the shapes of its matrices.
struct FeedForwardSizes: Equatable {
  /// D.
  let hidden: Int
  /// H.
  let neurons: Int
  let gated: Bool

  /// Both readings of the shapes, with a row or a column per output; none if they do not fit.
  ///
  /// Without a gate, an up projection of twice the neurons also holds the gate.
  static func readings(gate: [Int]?, up: [Int], down: [Int]) -> [FeedForwardSizes] {
    guard up.count == 2, down.count == 2, gate == nil || gate == up,
      !(up + down).contains(0)
    else { return [] }
    return [(up, down), (up.reversed(), down.reversed())].compactMap { up, down in
      let (hidden, neurons) = (down[0], down[1])
      guard up[1] == hidden else { return nil }
      if up[0] == neurons { return Self(hidden: hidden, neurons: neurons, gated: gate != nil) }
      guard gate == nil, up[0] % 2 == 0, up[0] / 2 == neurons else { return nil }
      return Self(hidden: hidden, neurons: neurons, gated: true)
    }
  }
}
