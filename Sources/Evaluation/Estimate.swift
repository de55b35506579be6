/// What was measured on a sample, and its standard error; that of a single value is not a number.
package struct Estimate: Sendable, Equatable {
  package let value: Double
  package let standardError: Double

  package init(_ value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }
}

extension Estimate {
  /// The mean; its error is that of independent values, `s / √n`.
  init(meanOf values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(mean, standardError: (squares / (count - 1) / count).squareRoot())
  }

  /// The share of a sample that has a property.
  init(share: Int, of count: Int) {
    let value = Double(share) / Double(count)
    let variance = value * (1 - value) / Double(count - 1)
    self.init(value, standardError: variance.squareRoot())
  }

  /// `e` to the power of the value; the error grows by the slope, as in the other functions.
  var exponential: Estimate {
    let power = Evaluation.exponential(value)
    return Estimate(power, standardError: power * standardError)
  }

  var squareRoot: Estimate {
    let root = value.squareRoot()
    // Only zeros have a mean square of 0: their error is 0, and the slope infinite.
    return Estimate(root, standardError: value == 0 ? standardError : standardError / (2 * root))
  }
}
