package import Kernels

/// Weighted reduced-rank ridge regression of an expert's missing output on the feed-forward input.
///
/// The means of the first batch are subtracted from all tokens before any product, to spend single
/// precision on the variation; the remaining means are subtracted at the end in double precision.
package struct CompensationFit: Sendable {
  /// Relative to the mean variance of the inputs.
  private static let ridge = 1e-2
  private static let steps = 6
  /// Extra vectors that speed up the convergence of the iteration.
  private static let oversampling = 16

  private let features: Int
  private var weight = 0.0
  private var inputOrigin: [Float]
  private var targetOrigin: [Float]
  // Weighted sums after subtraction of the origins.
  private var inputSum: [Double]
  private var targetSum: [Double]
  private var gram: GramMatrix
  private var cross: CrossMatrix

  /// Creates a fit without tokens.
  ///
  /// - Parameter features: the hidden size.
  package init(features: Int) {
    self.features = features
    inputOrigin = [Float](repeating: 0, count: features)
    targetOrigin = inputOrigin
    inputSum = [Double](repeating: 0, count: features)
    targetSum = inputSum
    gram = GramMatrix(size: features)
    cross = CrossMatrix(rows: features, columns: features)
  }

  /// Adds tokens.
  ///
  /// - Parameters:
  ///   - inputs: feed-forward inputs, a row for each token.
  ///   - targets: output that the expert lacks, a row for each token.
  ///   - weights: weight of each token, not negative; any sum.
  ///   - parallel: the parallel loop.
  package mutating func add(
    _ inputs: Matrix, _ targets: Matrix, weights: [Double], parallel: Parallel = .serial
  ) {
    precondition(inputs.columns == features && targets.columns == features, "other hidden size")
    precondition(inputs.rows == weights.count && targets.rows == weights.count, "token counts")
    precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "weights must not be negative")
    let added = weights.reduce(0, +)
    guard added > 0 else { return }
    if weight == 0 {
      inputOrigin = inputs.columnSums(weights: weights).map { Float($0 / added) }
      targetOrigin = targets.columnSums(weights: weights).map { Float($0 / added) }
    }
    weight += added
    let roots = weights.map { $0.squareRoot() }
    let scaledInputs = inputs.subtracting(inputOrigin, timesRows: roots)
    let scaledTargets = targets.subtracting(targetOrigin, timesRows: roots)
    Self.add(scaledInputs.columnSums(weights: roots), to: &inputSum)
    Self.add(scaledTargets.columnSums(weights: roots), to: &targetSum)
    gram.add(scaledInputs, parallel: parallel)
    cross.add(scaledInputs, scaledTargets, parallel: parallel)
  }

  private static func add(_ terms: [Double], to sums: inout [Double]) {
    for (index, term) in terms.enumerated() { sums[index] += term }
  }

  /// Fits a map to the tokens added so far.
  ///
  /// - Parameters:
  ///   - rank: 0 to the hidden size; 0 fits only the mean of the targets.
  ///   - outputScales: factors that the columns of the targets carry, divided out of the map; nil
  ///     for none.
  /// - Returns: the best map of this rank; its matrices are zero if inputs do not vary or no token
  ///   has weight, and its bias too if terms overflow.
  package func fit(rank: Int, outputScales: [Float]? = nil) -> Compensation {
    precondition((0...features).contains(rank), "rank \(rank) of \(features)")
    let total = weight > 0 ? weight : 1
    let inputOffsets = inputSum.map { $0 / total }
    let targetOffsets = targetSum.map { $0 / total }
    let vectors = weight > 0 && rank > 0 ? vectors(rank, inputOffsets, targetOffsets) : nil
    let first = vectors?.first ?? Matrix(rows: rank, columns: features)
    let second = vectors?.second ?? Matrix(rows: rank, columns: features)
    let bias = zip(targetOrigin, targetOffsets).map { Double($0) + $1 }
    let inverses = outputScales?.map { $0 == 0 ? 0 : 1 / $0 }
    let fitted = Compensation(
      first: first,
      second: (inverses.map { second.scalingColumns(by: $0) } ?? second).transposed(),
      bias: inverses.map { zip(bias, $0).map { $0 * Double($1) } } ?? bias,
      inputMeans: zip(inputOrigin, inputOffsets).map { Double($0) + $1 })
    guard !fitted.isFinite else { return fitted }
    return Compensation(
      first: Matrix(rows: rank, columns: features), second: Matrix(rows: features, columns: rank),
      bias: [Float](repeating: 0, count: features))
  }

  /// Rows of `(F V)ᵀ` and `Vᵀ`: F is the full ridge solution, V the leading eigenvectors of
  /// `Fᵀ C F`.
  private func vectors(
    _ rank: Int, _ inputMeans: [Double], _ targetMeans: [Double]
  ) -> (first: Matrix, second: Matrix)? {
    var covariance = gram
    covariance.center(inputMeans, weight: weight)
    let ridge = Self.ridge * covariance.diagonalMean
    guard ridge > 0, covariance.isFinite, let factor = CholeskyFactor(covariance, ridge: ridge)
    else { return nil }
    var products = cross
    products.center(inputMeans, targetMeans, weight: weight)
    guard products.isFinite else { return nil }
    var numbers = SplitMix64(seed: 0)
    let count = min(rank + Self.oversampling, features)
    let start = VectorBlock(
      size: features, count: count,
      values: (0..<count * features).map { _ in Double(numbers.uniform(1)) })
    let outputs = start.leadingEigenvectors(rank, steps: Self.steps) { vectors in
      // With C̃ = C + ridge · I, Fᵀ C F = Sᵀ (C̃⁻¹ − ridge · C̃⁻²) S.
      var solution = factor.solve(products.times(vectors))
      solution.add(factor.solve(solution), times: -ridge)
      return products.transposedTimes(solution)
    }
    let inputs = factor.solve(products.times(outputs))
    guard (inputs.values + outputs.values).allSatisfy(\.isFinite) else { return nil }
    func matrix(_ block: VectorBlock) -> Matrix {
      Matrix(rows: rank, columns: features, values: block.values.map { Float($0) })
    }
    return (matrix(inputs), matrix(outputs))
  }
}
