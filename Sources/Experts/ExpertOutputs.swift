package import Kernels
package import Models

/// What all experts of a layer give for the same input, ring by ring: together they cost one FFN.
package struct ExpertOutputs: Sendable {
  /// For each ring what its neurons add, T × D, without the bias of down.
  private let rings: [Matrix]
  private let bias: [Float]?

  /// - Parameters:
  ///   - weights: of a container, all neurons by rank.
  ///   - input: T × D.
  ///   - widths: the experts of the layer.
  package init(_ weights: FeedForwardWeights, input: Matrix, widths: [Int]) {
    var start = 0
    var rings: [Matrix] = []
    for end in widths {
      rings.append(weights.contribution(weights.hidden(input, of: start..<end), of: start..<end))
      start = end
    }
    self.rings = rings
    bias = weights.downBias
  }

  package var experts: Int { rings.count }

  /// For each token and expert e the similarity `⟨y_e, y⟩ / ⟨y, y⟩`, without the bias of down;
  /// 1 where y is zero, and for the full expert.
  package func similarities() -> [[Double]] {
    var full = rings[0]
    for ring in rings.dropFirst() { full.add(ring) }
    let shares = rings.map { $0.rowDots(full) }
    let squares = full.rowDots(full)
    return squares.indices.map { token in
      guard squares[token] >= .leastNormalMagnitude else {
        return [Double](repeating: 1, count: experts)
      }
      var sum = 0.0
      var similarities = shares.map { share in
        sum += share[token]
        return sum / squares[token]
      }
      similarities[experts - 1] = 1
      return similarities
    }
  }

  /// The output of the layer with an expert for each token, bias included: T × D.
  package func output(choices: [Int]) -> Matrix {
    var output = rings[0]
    precondition(choices.count == output.rows, "\(choices.count) choices for \(output.rows) tokens")
    for (ring, contribution) in rings.enumerated().dropFirst() {
      output.add(contribution, toRowsWhere: { choices[$0] >= ring })
    }
    if let bias { output.add(toEveryRow: bias[...]) }
    return output
  }
}
