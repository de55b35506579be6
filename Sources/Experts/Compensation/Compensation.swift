package import Kernels

/// `B A x + b`: what stands in for the neurons that an expert drops, from the feed-forward input x.
///
/// Its matrices hold what a file stores: values of BF16.
package struct Compensation: Sendable, Equatable {
  private let firstHalves: BrainFloatMatrix
  private let secondHalves: BrainFloatMatrix
  package let bias: [Float]

  /// A: a row for each dimension that is kept, a column for each input.
  package var first: Matrix { firstHalves.matrix }
  /// B: a row for each output, a column for each dimension that is kept.
  package var second: Matrix { secondHalves.matrix }

  /// - Parameters:
  ///   - first: rounded to BF16.
  ///   - second: rounded to BF16.
  ///   - bias: for each output its mean where the inputs have theirs.
  ///   - inputMeans: these means. The bias is corrected by what the rounded matrices make of them,
  ///     so that rounding does not move the mean.
  package init(first: Matrix, second: Matrix, bias: [Double], inputMeans: [Double]) {
    precondition(first.columns == inputMeans.count, "\(inputMeans.count) means")
    let first = first.roundedToBFloat16()
    let second = second.roundedToBFloat16()
    let inner = Self.product(first, inputMeans)
    let shift = Self.product(second, inner)
    self.init(first: first, second: second, bias: zip(bias, shift).map { Float($0 - $1) })
  }

  /// - Parameters:
  ///   - first: of values that BF16 holds.
  ///   - second: of values that BF16 holds, as many columns as `first` has rows.
  ///   - bias: a term for each row of `second`.
  init(first: Matrix, second: Matrix, bias: [Float]) {
    precondition(second.columns == first.rows, "ranks differ: \(first.rows), \(second.columns)")
    precondition(bias.count == second.rows, "\(bias.count) terms for \(second.rows) outputs")
    firstHalves = BrainFloatMatrix(first)
    secondHalves = BrainFloatMatrix(second)
    self.bias = bias
  }

  package var rank: Int { firstHalves.rows }

  package var parameterCount: Int {
    firstHalves.bits.count + secondHalves.bits.count + bias.count
  }

  package static func parameterCount(rank: Int, hiddenSize: Int) -> Int {
    2 * rank * hiddenSize + hiddenSize
  }

  /// The outputs for every row of inputs.
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
