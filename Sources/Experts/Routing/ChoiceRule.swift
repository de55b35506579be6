import Glibc
package import Kernels

/// Rule that chooses a token's expert by the true or predicted scores of all experts but the full
/// one.
package enum ChoiceRule: Sendable, Hashable {
  /// Smallest expert whose similarity exceeds the threshold, else the last; from a threshold of 1
  /// on always the last.
  case threshold(Double)
  /// Expert with the least sum of error and price times cost for one token, in which neurons that are
  /// not worth the price are skipped; ties go to the smaller.
  case price(Double)
  /// Expert with the least sum of error and price times cost in a window, in which no neurons are
  /// skipped.
  case windowPrice(Double)
  /// Same expert for every token.
  case always(Int)

  /// Price at which neurons inside an expert are skipped, where a layer can; nil for none.
  package var skippingPrice: Double? {
    switch self {
    case .price(let price): price
    case .threshold, .windowPrice, .always: nil
    }
  }

  /// Predicted log errors are clamped to this range, beyond which they carry no information.
  package static let logErrors: ClosedRange<Float> = -25...5

  /// Chooses an expert for each token.
  ///
  /// - Parameters:
  ///   - scores: a row for each token, a column for each expert but the full one: similarities for
  ///     a threshold, log errors for a price.
  ///   - costs: cost of each available expert; if there are more costs than scores, the last expert
  ///     is the full one.
  /// - Returns: one expert for each row.
  package func choices(_ scores: Matrix, costs: ExpertCosts) -> [Int] {
    let costs = costs.under(self)
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
    case .price(let price), .windowPrice(let price):
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
