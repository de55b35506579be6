package import Kernels

/// Weighted ridge regression of the error of a narrower network on its hidden values: the change of
/// its down projection that repairs most of it.
package struct DownFit: Sendable {
  /// Relative to the mean square of the hidden values.
  private static let ridge = 0.07

  private var gram: GramMatrix
  private var cross: CrossMatrix

  /// Creates a fit without tokens.
  package init(neurons: Int, hiddenSize: Int) {
    gram = GramMatrix(size: neurons)
    cross = CrossMatrix(rows: hiddenSize, columns: neurons)
  }

  /// Adds tokens.
  ///
  /// - Parameters:
  ///   - hidden: hidden values of the neurons, a row for each token.
  ///   - errors: outputs that are missing, a row for each token.
  ///   - weights: weight of each token; those that are not finite count nothing.
  ///   - parallel: the parallel loop.
  package mutating func add(
    _ hidden: Matrix, _ errors: Matrix, weights: [Double], parallel: Parallel = .serial
  ) {
    let roots = weights.map { $0.isFinite && $0 > 0 ? $0.squareRoot() : 0 }
    let scaled = hidden.scalingRows(by: roots)
    gram.add(scaled, parallel: parallel)
    cross.add(errors.scalingRows(by: roots), scaled, parallel: parallel)
  }

  /// Change of the down projection, neurons × hidden size; nil if no tokens bear on it or sums
  /// overflow.
  package consuming func change() -> Matrix? {
    let ridge = Self.ridge * gram.diagonalMean
    guard ridge > 0, gram.isFinite, cross.isFinite,
      let factor = CholeskyFactor(gram, ridge: ridge)
    else { return nil }
    let changes = factor.solve(cross.rowVectors).values.map { Float($0) }
    guard changes.allSatisfy(\.isFinite) else { return nil }
    return Matrix(rows: cross.rows, columns: cross.columns, values: changes).transposed()
  }
}
