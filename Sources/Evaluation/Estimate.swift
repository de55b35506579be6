/// Value measured on a sample and its standard error, which is NaN for a single value.
package struct Estimate: Sendable, Equatable {
  package let value: Double
  package let standardError: Double

  package init(_ value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }
}

extension Estimate {
  /// Mean of independent values, with the standard error `s / √n`.
  init(meanOf values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(mean, standardError: (squares / (count - 1) / count).squareRoot())
  }

  /// Share of a sample that has a property.
  init(share: Int, of count: Int) {
    let value = Double(share) / Double(count)
    let variance = value * (1 - value) / Double(count - 1)
    self.init(value, standardError: variance.squareRoot())
  }

  /// `e` to the power of the value; the error is scaled by the derivative.
  var exponential: Estimate {
    let power = Evaluation.exponential(value)
    return Estimate(power, standardError: power * standardError)
  }

  var squareRoot: Estimate {
    let root = value.squareRoot()
    // A mean square of 0 means that all values are 0: the error is 0, the derivative infinite.
    return Estimate(root, standardError: value == 0 ? standardError : standardError / (2 * root))
  }
}
