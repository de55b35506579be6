/// Difference between found and expected values, summed piece by piece.
package struct ValueDifference: Sendable, Equatable {
  /// The largest magnitude of a difference.
  package private(set) var maximum = 0.0
  private var squaredDifference = 0.0
  private var squaredExpected = 0.0
  private var squaredFound = 0.0
  private var product = 0.0

  package init() {}

  /// Adds consecutive values, as many of both.
  package mutating func add(found: [Float], expected: [Float]) {
    for (found, expected) in zip(found, expected) {
      let (found, expected) = (Double(found), Double(expected))
      let difference = found - expected
      squaredDifference += difference * difference
      squaredExpected += expected * expected
      squaredFound += found * found
      product += found * expected
      maximum = max(maximum, abs(difference))
    }
  }

  /// `‖found − expected‖ / ‖expected‖`.
  package var relative: Double {
    squaredDifference == 0
      ? 0 : (squaredDifference / max(squaredExpected, .leastNormalMagnitude)).squareRoot()
  }

  /// Cosine of the angle between both; 1 if they are equal.
  package var cosine: Double {
    guard squaredDifference > 0 else { return 1 }
    let length = (squaredFound * squaredExpected).squareRoot()
    return product / max(length, .leastNormalMagnitude)
  }
}
