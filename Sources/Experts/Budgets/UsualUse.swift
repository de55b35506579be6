import Glibc
package import Kernels

/// How often, and at which prices, tokens use each expert over the usual range of costs.
package struct UsualUse: Sendable {
  package struct Layer: Sendable {
    /// Frequency of each expert, by window: a row for each token.
    ///
    /// Every entry starts at `leastShare`, so that no token is left out.
    package let shares: [Matrix]
    /// Price at which each expert is used, a geometric mean over tokens and rules; empty if rules have
    /// no prices.
    package let prices: [Double]

    package init(shares: [Matrix], prices: [Double]) {
      self.shares = shares
      self.prices = prices
    }
  }

  package let layers: [Layer]

  package init(layers: [Layer]) { self.layers = layers }

  fileprivate static let leastShare: Float = 0.02
}

extension UsualUse.Layer {
  /// - Parameters:
  ///   - scores: scores of a layer by window, a column for each expert but the last.
  ///   - costs: costs of its experts.
  ///   - rules: rules that choose among them, equally often.
  init(_ scores: [Matrix], costs: ExpertCosts, rules: [ChoiceRule]) {
    let experts = costs.inWindow.count
    let logPrices = rules.compactMap { $0.skippingPrice.map { log($0) } }
    // An expert that no token uses counts as used once at every price.
    var sums = [Double](repeating: logPrices.reduce(0, +), count: experts)
    var uses = [Double](repeating: Double(logPrices.count), count: experts)
    shares = scores.map { window in
      var shares = Matrix(
        rows: window.rows, columns: experts,
        values: [Float](repeating: UsualUse.leastShare, count: window.rows * experts))
      for rule in rules {
        let logPrice = rule.skippingPrice.map { log($0) } ?? 0
        for (token, expert) in rule.choices(window, costs: costs).enumerated() {
          shares.values[token * experts + expert] += 1 / Float(rules.count)
          sums[expert] += logPrice
          uses[expert] += 1
        }
      }
      return shares
    }
    prices = logPrices.isEmpty ? [] : zip(sums, uses).map { exp($0 / $1) }
  }
}
