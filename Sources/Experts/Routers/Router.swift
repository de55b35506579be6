package import DMOE
package import Kernels

/// Predictor of a score for every expert but the last, from the input of a feed-forward layer.
///
/// Features are passed unscaled: the standardisation of the fit is folded into the weights.
package struct Router: Sendable, Equatable {
  /// One layer for ``RouterKind/linear``; two for ``RouterKind/mlp``, with GELU between them.
  package let layers: [AffineMap]

  package init(linear: AffineMap) { layers = [linear] }

  package init(first: AffineMap, second: AffineMap) {
    precondition(second.weight.columns == first.weight.rows, "the layers do not fit")
    layers = [first, second]
  }

  package var kind: RouterKind { layers.count == 1 ? .linear : .mlp }
  package var parameterCount: Int { layers.reduce(0) { $0 + $1.parameterCount } }

  /// - Parameter features: a row for each token.
  /// - Returns: a row for each token, a column for each expert but the last.
  package func predict(_ features: Matrix) -> Matrix {
    var values = layers[0](features)
    for layer in layers.dropFirst() {
      values.applyGELU()
      values = layer(values)
    }
    return values
  }
}
