/// Counts, extremes and moments of values; extremes and moments cover finite values only.
package struct ValueSummary: Sendable, Equatable {
  package private(set) var count = 0
  package private(set) var zero = 0
  package private(set) var nan = 0
  package private(set) var infinity = 0
  package private(set) var finite = 0
  package private(set) var min = Double.infinity
  package private(set) var max = -Double.infinity
  package private(set) var mean = 0.0
  /// `Σ (x − mean)²`.
  package private(set) var squares = 0.0

  package init() {}

  package init(_ values: [Float]) {
    self.init(
      values, count: values.count, isFinite: \.isFinite, isNaN: \.isNaN, double: Double.init)
  }

  package init(_ values: [Double]) {
    self.init(values, count: values.count, isFinite: \.isFinite, isNaN: \.isNaN, double: { $0 })
  }

  @inline(__always)
  private init<Value>(
    _ values: [Value], count: Int, isFinite: (Value) -> Bool, isNaN: (Value) -> Bool,
    double: (Value) -> Double
  ) {
    self.count = count
    var sum = 0.0
    for value in values {
      guard isFinite(value) else {
        if isNaN(value) { nan += 1 } else { infinity += 1 }
        continue
      }
      let value = double(value)
      finite += 1
      if value == 0 { zero += 1 }
      if value < min { min = value }
      if value > max { max = value }
      sum += value
    }
    guard finite > 0 else { return }
    mean = sum / Double(finite)
    for value in values where isFinite(value) {
      let difference = double(value) - mean
      squares += difference * difference
    }
  }

  /// Merges the summary of further values (Chan, Golub and LeVeque, 1979).
  package mutating func merge(_ other: ValueSummary) {
    count += other.count
    zero += other.zero
    nan += other.nan
    infinity += other.infinity
    guard other.finite > 0 else { return }
    let total = Double(finite + other.finite)
    let difference = other.mean - mean
    squares +=
      other.squares + difference * difference * Double(finite) * Double(other.finite) / total
    mean += difference * Double(other.finite) / total
    finite += other.finite
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
  }
}
