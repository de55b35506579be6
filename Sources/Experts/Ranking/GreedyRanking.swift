package import Kernels

/// Neurons ranked by backward elimination: the one that is missed least, beside those that are
/// dropped already, goes first.
///
/// With `M = G ⊙ W Wᵀ`, `G` the mean of `h hᵀ` and a row of `W` what a neuron gives to the output,
/// the mean squared error of dropping a set S of neurons is the sum of M over S × S.
package struct GreedyRanking: Sendable, Equatable {
  /// The neurons, the most important first.
  package let order: [Int]
  /// For each neuron what dropping it added to the error.
  ///
  /// They add up to the error of dropping all neurons. One may be negative: a neuron can repair what
  /// the dropped ones did.
  package let scores: [Double]

  /// Ranks neurons with regard to each other.
  ///
  /// M is formed in place of `gram`: hand over the only copy.
  ///
  /// - Parameters:
  ///   - gram: `Σ q h hᵀ` over tokens, q their weights; divided by `Σ q` for scores that are means.
  ///   - down: the down projection, a neuron a row.
  ///   - tokens: how many were summed. Few of them show chance cancellations, so M is drawn towards
  ///     its diagonal by H/(H + tokens).
  ///   - parallel: the loop.
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

  /// Ranks neurons as if each were alone: by the diagonal of M.
  ///
  /// - Parameters:
  ///   - diagonal: `Σ q h²` for each neuron, divided by `Σ q` for scores that are means.
  ///   - down: the down projection, a neuron a row.
  package init(diagonal: [Double], down: Matrix) {
    precondition(diagonal.count == down.rows, "\(diagonal.count) neurons, \(down.rows) rows")
    let scores = zip(diagonal, down.rowDots(down)).map(*)
    self.scores = scores
    order = RankOrder.descending(scores)
  }
}
