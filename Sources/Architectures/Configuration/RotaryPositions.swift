/// How queries and keys are turned by their positions.
package struct RotaryPositions: Sendable, Equatable {
  package var base: Double
  /// How many of a head's first dimensions turn.
  package var dimension: Int
  package var scaling = RotaryScaling.none
}
