import Glibc

/// AdamW state (arXiv 1711.05101): moving averages of the gradients and of their squares.
package struct AdamW: Sendable {
  private static let decay = (first: 0.9, second: 0.999)

  private var first: [Float]
  private var second: [Float]
  private var steps = 0

  package init(count: Int) {
    first = [Float](repeating: 0, count: count)
    second = first
  }

  /// Takes one optimiser step.
  ///
  /// - Parameters:
  ///   - parameters: the same number at every step.
  ///   - gradient: one value per parameter.
  ///   - rate: the learning rate of this step.
  ///   - weightDecay: decoupled; multiplies each parameter by `1 − rate · weightDecay`.
  package mutating func update(
    _ parameters: inout [Float], gradient: [Float], rate: Double, weightDecay: Double
  ) {
    precondition(parameters.count == first.count && gradient.count == first.count, "sizes differ")
    steps += 1
    let keep = Float(1 - rate * weightDecay)
    let (beta, gamma) = (Float(Self.decay.first), Float(Self.decay.second))
    // Both averages start at zero; these factors correct the bias.
    let rate = Float(rate / (1 - pow(Self.decay.first, Double(steps))))
    let correction = Float(1 / (1 - pow(Self.decay.second, Double(steps))))
    unsafe parameters.withUnsafeMutableBufferPointer { parameters in
      unsafe gradient.withUnsafeBufferPointer { gradient in
        unsafe first.withUnsafeMutableBufferPointer { first in
          unsafe second.withUnsafeMutableBufferPointer { second in
            for index in parameters.indices {
              let slope = unsafe gradient[index]
              let mean = unsafe beta * first[index] + (1 - beta) * slope
              let square = unsafe gamma * second[index] + (1 - gamma) * slope * slope
              unsafe first[index] = mean
              unsafe second[index] = square
              let length = (square * correction).squareRoot() + 1e-8
              unsafe parameters[index] = parameters[index] * keep - rate * mean / length
            }
          }
        }
      }
    }
  }
}
