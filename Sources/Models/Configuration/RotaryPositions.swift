package import Kernels

/// How queries and keys are turned by their positions.
package struct RotaryPositions: Sendable, Equatable {
  package var base: Double
  /// How many of a head's first dimensions turn.
  package var dimension: Int
  package var scaling = RotaryScaling.none

  /// The rotations of so many positions.
  package func table(headDimension: Int, positions: Int) -> RotaryEmbedding {
    let (frequencies, magnitude) = scaling.scaled(
      RotaryEmbedding.frequencies(dimension: dimension, base: base), base: base,
      positions: positions)
    return RotaryEmbedding(
      headDimension: headDimension, frequencies: frequencies, magnitude: magnitude,
      positions: positions)
  }
}
