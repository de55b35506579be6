package import Kernels
package import Running

/// Feed-forward layer with an expert for each token.
package enum RoutedFeedForward {
  /// Output of the layer, bias of down included: T × D.
  ///
  /// Each ring is multiplied only for the tokens whose expert contains it, so dropped neurons cost
  /// nothing.
  ///
  /// - Parameters:
  ///   - weights: all neurons by rank.
  ///   - input: T × D.
  ///   - experts: the experts of the layer.
  ///   - choices: an expert for each token.
  /// - Returns: as many rows as the input.
  package static func output(
    _ weights: FeedForwardWeights, input: Matrix, experts: LayerExperts, choices: [Int]
  ) -> Matrix {
    precondition(choices.count == input.rows, "\(choices.count) choices for \(input.rows) tokens")
    var output = Matrix(rows: input.rows, columns: input.columns)
    var start = 0
    var tokens = Array(choices.indices)
    var rows = input
    for (ring, end) in experts.widths.enumerated() {
      let wanting = tokens.filter { choices[$0] >= ring }
      guard !wanting.isEmpty else { break }
      if wanting.count < tokens.count { rows = input.gatherRows(wanting[...]) }
      tokens = wanting
      let hidden = weights.hidden(rows, of: start..<end)
      output.add(weights.contribution(hidden, of: start..<end), toRows: tokens)
      start = end
    }
    output.add(experts.compensations, choices: choices, input: input)
    if let bias = weights.downBias { output.add(toEveryRow: bias[...]) }
    return output
  }
}
