/// Rotation of queries and keys by their positions.
package struct RotaryPositions: Sendable, Equatable {
  package var base: Double
  /// Number of a head's leading dimensions that rotate.
  package var dimension: Int
  package var scaling: RotaryScaling
  /// Divisors of the frequencies of all pairs, before they are scaled; empty for none.
  package var divisors: [Double]
  /// Factor of the rotated values, besides that of the scaling.
  package var magnitude: Double

  package init(
    base: Double, dimension: Int, scaling: RotaryScaling = .none, divisors: [Double] = [],
    magnitude: Double = 1
  ) {
    self.base = base
    self.dimension = dimension
    self.scaling = scaling
    self.divisors = divisors
    self.magnitude = magnitude
  }
}
