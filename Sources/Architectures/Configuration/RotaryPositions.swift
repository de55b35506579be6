/// Rotation of queries and keys by their positions.
package struct RotaryPositions: Sendable, Equatable {
  package var base: Double
  /// Number of a head's leading dimensions that rotate.
  package var dimension: Int
  package var scaling = RotaryScaling.none
}
