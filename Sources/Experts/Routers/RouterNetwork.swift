package import Kernels

/// Parameters of a two-layer router during a fit, or their gradient.
package struct RouterNetwork: Sendable, Equatable {
  package var first: AffineMap
  package var second: AffineMap

  package init(first: AffineMap, second: AffineMap) {
    self.first = first
    self.second = second
  }

  /// Draws random weights; those of the second layer are small, so that outputs start near zero.
  init(features: Int, outputs: Int, width: Int, numbers: inout SplitMix64) {
    func draw(_ count: Int, _ bound: Float) -> [Float] {
      (0..<count).map { _ in numbers.uniform(bound) }
    }
    let bound = 1 / Float(features).squareRoot()
    let secondBound = 0.1 / Float(width).squareRoot()
    first = AffineMap(
      weight: Matrix(rows: width, columns: features, values: draw(width * features, bound)),
      bias: draw(width, bound))
    second = AffineMap(
      weight: Matrix(rows: outputs, columns: width, values: draw(outputs * width, secondBound)),
      bias: [Float](repeating: 0, count: outputs))
  }

  /// Gradient of the mean squared error over rows and outputs.
  package func gradient(inputs: Matrix, targets: Matrix) -> RouterNetwork {
    var hidden = first(inputs)
    let slopes = hidden.applyGELUWithSlopes()
    var errors = second(hidden)
    errors.subtract(targets)
    errors.multiply(by: 2 / Float(errors.values.count))
    var hiddenErrors = errors.times(second.weight)
    hiddenErrors.multiply(slopes)
    return RouterNetwork(
      first: AffineMap(
        weight: hiddenErrors.transposedTimes(inputs),
        bias: hiddenErrors.columnSums().map { Float($0) }),
      second: AffineMap(
        weight: errors.transposedTimes(hidden), bias: errors.columnSums().map { Float($0) }))
  }
}
