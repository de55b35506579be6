import Glibc
package import Kernels

/// What tokens would cost, over all layers, as a function of the knob.
package struct CostCurve: Sendable {
  package let aim: RouterAim
  /// For each layer and window what decides: a row for each token, a column for each expert but the
  /// last.
  package let scores: [[Matrix]]
  /// For each layer what its experts cost.
  package let costs: [[Double]]

  package init(aim: RouterAim, scores: [[Matrix]], costs: [[Double]]) {
    self.aim = aim
    self.scores = scores
    self.costs = costs
  }

  /// The mean over layers and tokens of the share of the parameters that a rule makes them use.
  package func cost(_ rule: ChoiceRule, parallel: Parallel) -> Double {
    let sums = parallel.map(scores.count) { layer in
      scores[layer].reduce(0) { sum, window in
        rule.choices(window, costs: costs[layer]).reduce(sum) { $0 + costs[layer][$1] }
      }
    }
    let tokens = scores.joined().reduce(0) { $0 + $1.rows }
    return sums.reduce(0, +) / Double(max(tokens, 1))
  }

  /// The knob at which the mean cost is as near to the wanted one as can be, found by bisection.
  package func knob(cost wanted: Double, parallel: Parallel) -> Double {
    let least = scores.joined().lazy.flatMap(\.values).min() ?? 0
    /// Cost grows with the place, from 0 to 1, for both aims.
    func knob(_ place: Double) -> Double {
      switch aim {
      case .similarity: Double(least) - 1e-3 + (1 + 1e-3 - Double(least)) * place
      // From where all tokens take the smallest expert to where all take the full one.
      case .logError: exp(15 - 55 * place)
      }
    }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if cost(aim.rule(knob(middle)), parallel: parallel) < wanted {
        low = middle
      } else {
        high = middle
      }
    }
    return knob((low + high) / 2)
  }

  /// For each layer and token how often it takes each expert but the last, as the knob sweeps the
  /// range that people use.
  ///
  /// One fit of compensation must serve that whole range. No token is left out altogether.
  package func shares(parallel: Parallel) -> [[Matrix]] {
    let rules = Self.usualCosts.map { aim.rule(knob(cost: $0, parallel: parallel)) }
    return parallel.map(scores.count) { layer in
      scores[layer].map { window in
        var shares = Matrix(
          rows: window.rows, columns: window.columns,
          values: [Float](repeating: Self.leastShare, count: window.values.count))
        for rule in rules {
          for (token, expert) in rule.choices(window, costs: costs[layer]).enumerated()
          where expert < window.columns {
            shares.values[token * window.columns + expert] += 1 / Float(rules.count)
          }
        }
        return shares
      }
    }
  }

  private static let usualCosts = [0.25, 0.35, 0.45, 0.55, 0.65, 0.75]
  private static let leastShare: Float = 0.02
}
