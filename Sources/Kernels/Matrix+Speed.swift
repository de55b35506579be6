extension Matrix {
  /// Floating-point operations per second of one thread in a product, measured in milliseconds.
  package static func operationsPerSecond(in precision: Precision) -> Double {
    let size = 384
    let matrix = Matrix(rows: size, columns: size).multiplying(in: precision)
    _ = matrix.timesTransposed(matrix)
    let started = ContinuousClock.now
    let repetitions = 4
    for _ in 0..<repetitions { _ = matrix.timesTransposed(matrix) }
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    return Double(repetitions) * 2 * Double(size * size * size) / max(seconds, 1e-6)
  }
}
