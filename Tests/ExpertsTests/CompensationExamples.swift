import Experts
import Foundation
import Kernels
import TestSupport

/// Data for fitting a compensation.
struct CompensationExample {
  let inputs: Matrix
  let targets: Matrix
  let weights: [Double]

  /// Inputs with different means and scales.
  ///
  /// Targets are mixtures of the inputs, with strengths that decay by a power law, plus noise and
  /// their own means. Weights vary widely; some are zero.
  init(tokens: Int, size: Int, decay: Float, noise: Float = 0.1, seed: UInt64) {
    var numbers = RandomNumbers(seed: seed)
    func normal(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(
        rows: rows, columns: columns,
        values: (0..<rows * columns).map { _ in numbers.normal() })
    }
    let hidden = normal(tokens, size)
    var strengths = Matrix(rows: size, columns: size)
    for index in 0..<size {
      strengths.values[index * size + index] = pow(Float(index + 1), -decay)
    }
    var mixed = hidden.times(strengths)
    if size < 100 { mixed = mixed.times(normal(size, size)) }
    for index in mixed.values.indices {
      mixed.values[index] += noise * numbers.normal() + Float(index % size % 5)
    }
    var shifted = hidden
    for index in shifted.values.indices {
      shifted.values[index] = shifted.values[index] * (1 + Float(index % size % 3)) + 20
    }
    inputs = shifted
    targets = mixed
    weights = (0..<tokens).map { token in
      token % 10 == 0 ? 0 : 1e-3 * exp(Double(numbers.normal()))
    }
  }

  /// Fits in three chunks, the first of which has weight zero.
  func fit(threads: Int = 1) -> CompensationFit {
    var fit = CompensationFit(features: inputs.columns)
    let middle = inputs.rows / 3
    for rows in [0..<1, 1..<middle, middle..<inputs.rows] {
      let indices = Array(rows)[...]
      fit.add(
        inputs.gatherRows(indices), targets.gatherRows(indices), weights: Array(weights[rows]),
        parallel: Parallel(threads: threads))
    }
    return fit
  }

  /// Weighted mean of the residual of each output.
  func meanErrors(of outputs: Matrix) -> [Double] {
    var left = targets
    left.subtract(outputs)
    let total = weights.reduce(0, +)
    return left.columnSums(weights: weights).map { $0 / total }
  }

  /// Weighted mean of the rows' squared length.
  func meanSquare(of rows: Matrix) -> Double {
    let total = weights.reduce(0, +)
    return zip(weights, rows.rowDots(rows)).reduce(0) { $0 + $1.0 * $1.1 } / total
  }
}
