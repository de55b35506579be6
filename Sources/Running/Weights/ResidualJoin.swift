package import Kernels

/// Addition of a feed-forward output to the residual stream.
package struct ResidualJoin: Sendable {
  /// Norm of the output before the addition; nil for none.
  let outputNorm: Norm?
  /// Norm of the sum; nil for none.
  let streamNorm: Norm?
  /// Factor of the term that is added.
  let scale: Float

  /// Addition without norms.
  package static let plain = ResidualJoin(outputNorm: nil, streamNorm: nil, scale: 1)

  /// Term added to the residual stream for an output of the network.
  package func joining(_ output: Matrix) -> Matrix {
    var term = outputNorm?(output) ?? output
    if scale != 1 { term.multiply(by: scale) }
    return term
  }

  /// Output that brings a stream to the sum of another stream and its output; that output itself
  /// where a norm limits what outputs add.
  ///
  /// - Parameters:
  ///   - stream: T × D, the stream to repair.
  ///   - other: T × D, the other stream.
  ///   - output: T × D, output that is added to the other stream.
  /// - Returns: T × D.
  package func repairing(_ stream: Matrix, after other: Matrix, with output: Matrix) -> Matrix {
    guard outputNorm == nil, scale != 0 else { return output }
    var target = other
    target.subtract(stream)
    if scale != 1 { target.multiply(by: 1 / scale) }
    target.add(output)
    return target
  }

  func join(_ output: Matrix, to stream: inout Matrix) {
    stream.add(joining(output))
    if let streamNorm { stream = streamNorm(stream) }
  }

  /// Factors for the columns of an output error, from the output norm linearised near an output;
  /// nil without an output norm.
  package var columnScales: [Float]? { outputNorm?.weight }

  /// Factors that make each token's squared error, after column scaling, relative to the residual
  /// stream; 0 where the stream is zero.
  ///
  /// - Parameters:
  ///   - output: T × D, output of the whole network.
  ///   - residual: T × D, stream to which it is added.
  /// - Returns: a factor for each token.
  package func errorWeights(output: Matrix, residual: Matrix) -> [Double] {
    var stream = joining(output)
    stream.add(residual)
    return weights(output, relativeTo: stream)
  }

  /// Factors that make each token's squared output, after column scaling, relative to the residual
  /// stream before the addition; 0 where the stream is zero.
  ///
  /// - Parameters:
  ///   - output: T × D, output of the whole network.
  ///   - residual: T × D, stream to which it is added.
  /// - Returns: a factor for each token.
  package func contributionWeights(output: Matrix, residual: Matrix) -> [Double] {
    weights(output, relativeTo: residual)
  }

  private func weights(_ output: Matrix, relativeTo stream: Matrix) -> [Double] {
    let square = Double(scale) * Double(scale)
    let lengths = stream.rowDots(stream).map { $0 / square }
    guard let outputNorm else { return lengths.map(Self.inverse) }
    let epsilon = Double(outputNorm.epsilon)
    return zip(output.rowDots(output), lengths).map { square, length in
      Self.inverse((square / Double(output.columns) + epsilon) * length)
    }
  }

  /// `1 / value`; 0 if its square root would be no finite float.
  private static func inverse(_ value: Double) -> Double {
    let least = Double(Float.leastNormalMagnitude)
    return value < least * least ? 0 : 1 / value
  }
}
