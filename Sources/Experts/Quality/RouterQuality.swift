package import Kernels

/// How well the choices of a layer's router agree with those that the truth leads to by the same rule.
package struct RouterQuality: Sendable, Equatable {
  /// For each true choice, and in it for each choice of the router, how many tokens there are.
  package let confusion: [[Int]]
  /// For each expert but the last how well what decides is predicted (R²).
  package let determination: [Double]

  /// - Parameters:
  ///   - predicted: for each window what the router predicts: a row for each token, a column for each
  ///     expert but the last.
  ///   - truth: the same as it truly is; at least one token.
  ///   - rule: how choices follow from either.
  ///   - costs: of every expert.
  package init(predicted: [Matrix], truth: [Matrix], rule: ChoiceRule, costs: [Double]) {
    var confusion = [[Int]](
      repeating: [Int](repeating: 0, count: costs.count), count: costs.count)
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

  /// The share of tokens whose expert is the true choice.
  package var accuracy: Double { share { $0 == $1 ? 1 : 0 } }

  /// By how many experts the router is off, in the mean.
  package var meanAbsoluteError: Double { share { Double(abs($0 - $1)) } }

  /// The share of tokens with a smaller expert than the true choice.
  package var underProvision: Double { share { $1 < $0 ? 1 : 0 } }

  /// The share of tokens with a larger expert than the true choice.
  package var overProvision: Double { share { $1 > $0 ? 1 : 0 } }

  /// For each expert the share of tokens that truly need it: how difficult they are.
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
