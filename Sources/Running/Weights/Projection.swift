import Kernels

/// A matrix from one width to another, and what is added to what it gives.
struct Projection: Sendable {
  /// An output a row.
  let weight: Matrix
  let bias: [Float]?

  func callAsFunction(_ input: Matrix) -> Matrix {
    var output = input.timesTransposed(weight)
    if let bias { output.add(toEveryRow: bias[...]) }
    return output
  }
}
