package import Kernels

/// Low-rank map `B A x + b` of the feed-forward input x; replaces the neurons that an expert drops.
///
/// The matrices hold BF16 values, as files do.
package struct Compensation: Sendable, Equatable {
  private let firstHalves: BrainFloatMatrix
  private let secondHalves: BrainFloatMatrix
  package let bias: [Float]

  /// A: rank × inputs.
  package var first: Matrix { firstHalves.matrix }
  /// B: outputs × rank.
  package var second: Matrix { secondHalves.matrix }

  /// - Parameters:
  ///   - first: A; rounded to BF16.
  ///   - second: B; rounded to BF16.
  ///   - bias: mean output at the mean input.
  ///   - inputMeans: the mean input. Its image under the rounded matrices is subtracted from the
  ///     bias, so that rounding does not shift the mean.
  package init(first: Matrix, second: Matrix, bias: [Double], inputMeans: [Double]) {
    precondition(first.columns == inputMeans.count, "\(inputMeans.count) means")
    let first = first.roundedToBFloat16()
    let second = second.roundedToBFloat16()
    let inner = Self.product(first, inputMeans)
    let shift = Self.product(second, inner)
    self.init(first: first, second: second, bias: zip(bias, shift).map { Float($0 - $1) })
  }

  /// - Parameters:
  ///   - first: A, in BF16 values.
  ///   - second: B, in BF16 values; as many columns as `first` has rows.
  ///   - bias: one term for each row of `second`.
  init(first: Matrix, second: Matrix, bias: [Float]) {
    precondition(second.columns == first.rows, "ranks differ: \(first.rows), \(second.columns)")
    precondition(bias.count == second.rows, "\(bias.count) terms for \(second.rows) outputs")
    firstHalves = BrainFloatMatrix(first)
    secondHalves = BrainFloatMatrix(second)
    self.bias = bias
  }

  package var rank: Int { firstHalves.rows }

  package var isFinite: Bool {
    [first.values, second.values, bias].allSatisfy { $0.firstNotFinite() == nil }
  }

  package var parameterCount: Int {
    firstHalves.bits.count + secondHalves.bits.count + bias.count
  }

  package static func parameterCount(rank: Int, hiddenSize: Int) -> Int {
    2 * rank * hiddenSize + hiddenSize
  }

  /// Outputs for each row of inputs.
  package func callAsFunction(_ inputs: Matrix) -> Matrix {
    var outputs = inputs.timesTransposed(first).timesTransposed(second)
    outputs.add(toEveryRow: bias[...])
    return outputs
  }

  private static func product(_ matrix: Matrix, _ vector: [Double]) -> [Double] {
    (0..<matrix.rows).map { row in
      zip(matrix[row], vector).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
  }
}
