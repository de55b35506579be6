package import Kernels

/// Training data of a router: features of tokens, and the scores to predict from them.
package struct RouterTask: Sendable {
  /// A row for each token.
  package let features: Matrix
  /// A row for each token, a column for each expert but the last.
  package let targets: Matrix
  /// Rows for the fit.
  package let fittingRows: [Int]
  /// Rows for the held-out error.
  package let heldOutRows: [Int]

  /// - Parameters:
  ///   - features: finite.
  ///   - targets: finite, as many rows as `features`.
  ///   - fitting: ranges of rows for the fit, at least one row.
  ///   - heldOut: ranges of held-out rows, at least one row. Rows of one sequence are correlated,
  ///     so a sequence belongs to one side as a whole.
  package init(
    features: Matrix, targets: Matrix, fitting: [Range<Int>], heldOut: [Range<Int>]
  ) {
    precondition(features.rows == targets.rows, "\(features.rows) rows, \(targets.rows) targets")
    precondition(features.columns > 0 && targets.columns > 0, "nothing to learn")
    for range in fitting + heldOut {
      precondition(range.lowerBound >= 0 && range.upperBound <= features.rows, "rows out of range")
    }
    self.features = features
    self.targets = targets
    fittingRows = fitting.flatMap { Array($0) }
    heldOutRows = heldOut.flatMap { Array($0) }
    precondition(!fittingRows.isEmpty && !heldOutRows.isEmpty, "no rows on one side")
  }

  /// Mean squared error over held-out rows and outputs.
  package func heldOutError(of router: Router) -> Double {
    squaredErrors(of: router).reduce(0, +) / Double(heldOutRows.count * targets.columns)
  }

  private func squaredErrors(of router: Router) -> [Double] {
    var sums = [Double](repeating: 0, count: targets.columns)
    for rows in Self.chunks(of: heldOutRows, size: 1024) {
      var errors = router.predict(features.gatherRows(rows))
      errors.subtract(targets.gatherRows(rows))
      for (output, sum) in errors.columnSquareSums().enumerated() { sums[output] += sum }
    }
    return sums
  }

  /// Consecutive pieces of at most `size` rows, as even as possible.
  static func chunks(of rows: [Int], size: Int) -> [ArraySlice<Int>] {
    let count = (rows.count + size - 1) / size
    return (0..<count).map { rows[$0 * rows.count / count..<($0 + 1) * rows.count / count] }
  }
}
