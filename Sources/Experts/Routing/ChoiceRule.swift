import Glibc
package import Kernels

/// How a token's expert follows from what is known, or predicted, of every expert but the full one.
package enum ChoiceRule: Sendable, Hashable {
  /// The smallest expert whose similarity exceeds the threshold, else the last; at a threshold of 1 or
  /// more always the last.
  case threshold(Double)
  /// The expert with the least sum of error and price times cost, the smaller of equals.
  case price(Double)
  /// The same expert for every token.
  case always(Int)

  /// Beyond these a predicted logarithm of an error says no more.
  private static let logErrors: ClosedRange<Float> = -25...5

  /// An expert for each token.
  ///
  /// - Parameters:
  ///   - scores: a row for each token, a column for each expert but the full one: similarities for a
  ///     threshold, logarithms of errors for a price.
  ///   - costs: of every expert that is there, the share of the layer's parameters that it uses; if
  ///     there are more than scores, the last expert is the full one.
  /// - Returns: as many experts as there are rows.
  package func choices(_ scores: Matrix, costs: [Double]) -> [Int] {
    precondition(scores.columns >= costs.count - 1, "\(scores.columns) scores for \(costs.count)")
    let last = costs.count - 1
    let scored = min(scores.columns, costs.count)
    switch self {
    case .always(let expert):
      return [Int](repeating: expert, count: scores.rows)
    case .threshold(let threshold):
      return (0..<scores.rows).map { token in
        guard threshold < 1 else { return last }
        let row = scores[token].prefix(scored)
        return row.firstIndex { Double($0) > threshold }.map { $0 - row.startIndex } ?? last
      }
    case .price(let price):
      let prices = costs.map { price * $0 }
      return (0..<scores.rows).map { token in
        var best = last
        var least = scored > last ? .infinity : prices[last]
        for (expert, score) in scores[token].prefix(scored).enumerated().reversed() {
          let total =
            Double(expf(min(max(score, Self.logErrors.lowerBound), Self.logErrors.upperBound)))
            + prices[expert]
          if total <= least { (best, least) = (expert, total) }
        }
        return best
      }
    }
  }
}
