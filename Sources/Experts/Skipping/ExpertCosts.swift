import Glibc

/// Costs of the experts of a layer: parameters that a token uses, over those of the mean layer.
package struct ExpertCosts: Sendable, Equatable {
  /// Costs in a window: all neurons of the expert, and its compensation.
  package let inWindow: [Double]
  /// Mean costs for one token, which skips neurons, by expert and price of ``exponents``; empty
  /// without skipping.
  package let priced: [[Double]]

  package init(inWindow: [Double], priced: [[Double]] = []) {
    precondition(priced.isEmpty || priced.count == inWindow.count, "\(priced.count) experts")
    self.inWindow = inWindow
    self.priced = priced
  }

  /// Prices with known costs are 2 to these powers.
  package static let exponents = -20...4

  /// Costs that a rule compares, one for each expert.
  package func under(_ rule: ChoiceRule) -> [Double] {
    guard case .price(let price) = rule, !priced.isEmpty else { return inWindow }
    return priced.map { Self.value(of: $0, at: price) }
  }

  /// Interpolated entry of a table by price.
  static func value(of table: [Double], at price: Double) -> Double {
    let (first, last) = (exponents.lowerBound, exponents.upperBound)
    // No place for a price that is not positive, which the first entry serves.
    let place = min(max(log2(max(price, 0)), Double(first)), Double(last)) - Double(first)
    let lower = min(Int(place), last - first - 1)
    return table[lower] + (place - Double(lower)) * (table[lower + 1] - table[lower])
  }
}
