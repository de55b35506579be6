package import Kernels

/// Ranking of neurons by backward elimination: each step drops the neuron that adds the least error
/// to that of the neurons already dropped.
///
/// With `M = G ⊙ W Wᵀ`, `G` the mean of `h hᵀ` and row j of `W` the output weights of neuron j, the
/// mean squared error of dropping a set S of neurons is the sum of M over S × S.
package struct GreedyRanking: Sendable, Equatable {
  /// Neuron indices, the most important first.
  package let order: [Int]
  /// Error that dropping each neuron added.
  ///
  /// The scores add up to the error of dropping all neurons. A score may be negative: dropping a
  /// neuron can cancel errors of those dropped before it.
  package let scores: [Double]

  /// Ranks neurons jointly.
  ///
  /// M is formed in place of `gram`: pass the only copy.
  ///
  /// - Parameters:
  ///   - gram: `Σ q h hᵀ` over tokens with weights q; divide by `Σ q` for scores that are means.
  ///   - down: the down projection, one neuron per row.
  ///   - tokens: number of tokens summed. Few tokens show chance cancellations, so M is shrunk
  ///     towards its diagonal by H/(H + tokens).
  ///   - parallel: the parallel loop.
  package init(gram: consuming GramMatrix, down: Matrix, tokens: Int, parallel: Parallel) {
    precondition(tokens > 0, "no tokens")
    gram.multiply(
      byProductsOfRows: down, offDiagonal: Double(tokens) / Double(gram.size + tokens),
      parallel: parallel)
    let (dropped, costs) = gram.eliminateBackward(parallel: parallel)
    var scores = [Double](repeating: 0, count: costs.count)
    for (neuron, cost) in zip(dropped, costs) { scores[neuron] = cost }
    order = dropped.reversed()
    self.scores = scores
  }

  /// Ranks neurons independently, by the diagonal of M.
  ///
  /// - Parameters:
  ///   - diagonal: `Σ q h²` for each neuron; divide by `Σ q` for scores that are means.
  ///   - down: the down projection, one neuron per row.
  package init(diagonal: [Double], down: Matrix) {
    precondition(diagonal.count == down.rows, "\(diagonal.count) neurons, \(down.rows) rows")
    let scores = zip(diagonal, down.rowDots(down)).map(*)
    self.scores = scores
    order = RankOrder.descending(scores)
  }
}
