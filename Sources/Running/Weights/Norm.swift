import Architectures
package import Kernels

/// Normalisation with its weights.
package struct Norm: Sendable {
  let kind: Family.Norm
  let weight: [Float]
  let bias: [Float]?
  let epsilon: Float

  package func callAsFunction(_ rows: Matrix) -> Matrix {
    switch kind {
    case .rootMeanSquare: rows.rootMeanSquareNormalized(weight: weight, epsilon: epsilon)
    case .layer: rows.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
    }
  }
}
