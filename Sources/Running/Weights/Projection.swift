import Kernels

/// Linear map with an optional bias.
struct Projection: Sendable {
  /// One output per row.
  let weight: Matrix
  let bias: [Float]?

  func callAsFunction(_ input: Matrix) -> Matrix {
    var output = input.timesTransposed(weight)
    if let bias { output.add(toEveryRow: bias[...]) }
    return output
  }
}
