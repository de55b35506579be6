package import Kernels

/// How what a feed-forward network gives joins the residual stream.
package struct ResidualJoin: Sendable {
  /// Of what joins; nil where it joins as it is.
  let outputNorm: Norm?
  /// Of the sum; nil where it stays.
  let streamNorm: Norm?

  /// Outputs are added as they are.
  package static let plain = ResidualJoin(outputNorm: nil, streamNorm: nil)

  /// What is added to the residual stream for an output of the network.
  package func joining(_ output: Matrix) -> Matrix { outputNorm?(output) ?? output }

  func join(_ output: Matrix, to stream: inout Matrix) {
    stream.add(joining(output))
    if let streamNorm { stream = streamNorm(stream) }
  }

  /// What the columns of an error are multiplied by, the norm of outputs being taken as the linear map
  /// that it is near an output; nil where outputs join as they are.
  package var columnScales: [Float]? { outputNorm?.weight }

  /// What the squared error of each token is multiplied by then, to be relative to the residual stream.
  ///
  /// - Parameters:
  ///   - output: T × D, what the whole network gives.
  ///   - residual: T × D, the stream that it joins.
  /// - Returns: a factor for each token.
  package func errorWeights(output: Matrix, residual: Matrix) -> [Double] {
    var stream = joining(output)
    stream.add(residual)
    let lengths = stream.rowDots(stream).map { max($0, .leastNormalMagnitude) }
    guard let outputNorm else { return lengths.map { 1 / $0 } }
    let epsilon = Double(outputNorm.epsilon)
    return zip(output.rowDots(output), lengths).map { square, length in
      let mean = max(square / Double(output.columns) + epsilon, .leastNormalMagnitude)
      return 1 / (mean * length)
    }
  }
}
