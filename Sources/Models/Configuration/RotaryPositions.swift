package import Kernels

/// Rotation of queries and keys by position.
package struct RotaryPositions: Sendable, Equatable {
  package var base: Double
  /// Number of leading dimensions of a head that rotate.
  package var dimension: Int
  package var scaling = RotaryScaling.none

  /// Table of the rotations of the first `positions` positions.
  package func table(headDimension: Int, positions: Int) -> RotaryEmbedding {
    let (frequencies, magnitude) = scaling.scaled(
      RotaryEmbedding.frequencies(dimension: dimension, base: base), base: base,
      positions: positions)
    return RotaryEmbedding(
      headDimension: headDimension, frequencies: frequencies, magnitude: magnitude,
      positions: positions)
  }
}
