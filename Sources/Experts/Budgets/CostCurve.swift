package import DMOE
import Glibc
package import Kernels

/// Mean cost over all layers and tokens as a function of the knob.
package struct CostCurve: Sendable {
  package let target: RouterTarget
  /// Scores by layer and window: a row for each token, a column for each expert but the last.
  package let scores: [[Matrix]]
  /// Costs of the experts, by layer; their mean over layers is a share of all parameters.
  package let costs: [ExpertCosts]
  /// Whether tokens run in a window, where no neurons are skipped, or one at a time.
  package let isWindow: Bool

  package init(
    target: RouterTarget, scores: [[Matrix]], costs: [ExpertCosts], isWindow: Bool = false
  ) {
    self.target = target
    self.scores = scores
    self.costs = costs
    self.isWindow = isWindow
  }

  /// Mean fraction of feed-forward parameters used under a rule, over layers and tokens.
  package func cost(_ rule: ChoiceRule, parallel: Parallel) -> Double {
    let sums = parallel.map(scores.count) { layer in
      let each = costs[layer].under(rule)
      return scores[layer].reduce(0) { sum, window in
        rule.choices(window, costs: costs[layer]).reduce(sum) { $0 + each[$1] }
      }
    }
    let tokens = scores.joined().reduce(0) { $0 + $1.rows }
    return sums.reduce(0, +) / Double(max(tokens, 1))
  }

  /// Choice rule for the value of a knob.
  package func rule(_ knob: Double) -> ChoiceRule {
    isWindow ? target.windowRule(knob) : target.rule(knob)
  }

  /// Knob with the mean cost nearest to the wanted one, found by bisection.
  package func knob(cost wanted: Double, parallel: Parallel) -> Double {
    let least = scores.joined().lazy.flatMap(\.values).min() ?? 0
    /// Knob at a place from 0 to 1; the cost grows with the place for both targets.
    func knob(_ place: Double) -> Double {
      switch target {
      case .similarity: Double(least) - 1e-3 + (1 + 1e-3 - Double(least)) * place
      // Spans all tokens on the smallest expert to all tokens on the full one.
      case .logError: exp(15 - 55 * place)
      }
    }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if cost(rule(knob(middle)), parallel: parallel) < wanted {
        low = middle
      } else {
        high = middle
      }
    }
    return knob((low + high) / 2)
  }

  /// Use of the experts over the usual range of costs, which one fit of compensation must serve.
  package func use(parallel: Parallel) -> UsualUse {
    let rules = Self.usualCosts.map { rule(knob(cost: $0, parallel: parallel)) }
    let layers = parallel.map(scores.count) { layer in
      UsualUse.Layer(scores[layer], costs: costs[layer], rules: rules)
    }
    return UsualUse(layers: layers)
  }

  private static let usualCosts = [0.25, 0.35, 0.45, 0.55, 0.65, 0.75]
}
