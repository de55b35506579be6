/// Values in ascending order, for quantiles.
package struct Quantiles: Sendable {
  private let sorted: [Float]
  private let isOrdered: Bool

  /// - Parameter values: at least one; NaN among them makes all quantiles NaN, as NaN has no order.
  package init(_ values: [Float]) {
    precondition(!values.isEmpty, "no values")
    isOrdered = !values.contains(where: \.isNaN)
    sorted = values.sorted()
  }

  /// Quantile, interpolated linearly at position `share · (n − 1)` of the sorted values.
  package subscript(share: Double) -> Double {
    guard isOrdered else { return .nan }
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let low = Double(sorted[below])
    let high = Double(sorted[min(below + 1, sorted.count - 1)])
    return low + (position - Double(below)) * (high - low)
  }
}
