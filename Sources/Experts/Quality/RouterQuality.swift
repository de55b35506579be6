package import Kernels

/// Agreement of a router's choices with the choices from true scores under the same rule.
package struct RouterQuality: Sendable, Equatable {
  /// Numbers of tokens by true choice (rows) and router choice (columns).
  package let confusion: [[Int]]
  /// R² of the predicted scores, for each expert but the last.
  package let determination: [Double]

  /// - Parameters:
  ///   - predicted: router predictions by window, a row for each token and a column for each expert
  ///     but the last.
  ///   - truth: true scores in the same layout, at least one token.
  ///   - rule: the rule that turns scores into choices.
  ///   - costs: costs of all experts.
  package init(predicted: [Matrix], truth: [Matrix], rule: ChoiceRule, costs: ExpertCosts) {
    var confusion = [[Int]](
      repeating: [Int](repeating: 0, count: costs.inWindow.count), count: costs.inWindow.count)
    for (predicted, truth) in zip(predicted, truth) {
      let wanted = rule.choices(truth, costs: costs)
      for (wanted, given) in zip(wanted, rule.choices(predicted, costs: costs)) {
        confusion[wanted][given] += 1
      }
    }
    self.confusion = confusion
    determination = Determination.values(predicted: predicted, truth: truth)
  }

  package var tokens: Int { confusion.joined().reduce(0, +) }

  /// Share of tokens for which the router makes the true choice.
  package var accuracy: Double { share { $0 == $1 ? 1 : 0 } }

  /// Mean distance between router choice and true choice, in experts.
  package var meanAbsoluteError: Double { share { Double(abs($0 - $1)) } }

  /// Share of tokens with a smaller expert than the true choice.
  package var underProvision: Double { share { $1 < $0 ? 1 : 0 } }

  /// Share of tokens with a larger expert than the true choice.
  package var overProvision: Double { share { $1 > $0 ? 1 : 0 } }

  /// Share of tokens whose true choice is the expert, for each expert.
  package var difficulty: [Double] {
    confusion.map { Double($0.reduce(0, +)) / Double(tokens) }
  }

  private func share(_ term: (_ wanted: Int, _ given: Int) -> Double) -> Double {
    var sum = 0.0
    for (wanted, row) in confusion.enumerated() {
      for (given, count) in row.enumerated() { sum += Double(count) * term(wanted, given) }
    }
    return sum / Double(tokens)
  }
}
