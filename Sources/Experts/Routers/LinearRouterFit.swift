import Kernels

/// Ridge regression on standardised features, with an unpenalised bias.
package struct LinearRouterFit: Sendable {
  /// Candidate penalties, relative to the mean diagonal of the features' Gram matrix; the held-out
  /// error selects one.
  package let penalties: [Double]

  package init(penalties: [Double] = [1e-4, 1e-3, 1e-2, 1e-1, 1]) { self.penalties = penalties }

  package func fit(_ task: RouterTask) -> (router: Router, heldOutError: Double) {
    let inputs = Standardization(of: task.features, rows: task.fittingRows)
    let outputs = Standardization(of: task.targets, rows: task.fittingRows)
    let (gram, products) = sums(task, inputs, outputs)
    let diagonal = gram.diagonalMean

    // Predicts the mean of the targets, in case features carry no information.
    var best = router(
      [Double](repeating: 0, count: products.count), features: gram.size, inputs, outputs)
    var error = task.heldOutError(of: best)
    guard diagonal > 0 else { return (best, error) }
    for penalty in penalties {
      guard let weights = gram.solve(products, ridge: penalty * diagonal) else { continue }
      let candidate = router(weights, features: gram.size, inputs, outputs)
      let candidateError = task.heldOutError(of: candidate)
      if candidateError < error { (best, error) = (candidate, candidateError) }
    }
    return (best, error)
  }

  /// `Zᵀ Z`, and for each output `Zᵀ t`, over the fitting rows.
  private func sums(
    _ task: RouterTask, _ inputs: Standardization, _ outputs: Standardization
  ) -> (gram: GramMatrix, products: [Double]) {
    var gram = GramMatrix(size: task.features.columns)
    var products = [Double](repeating: 0, count: task.targets.columns * gram.size)
    for rows in RouterTask.chunks(of: task.fittingRows, size: 512) {
      let features = inputs.apply(to: task.features, rows: rows)
      let targets = outputs.apply(to: task.targets, rows: rows)
      gram.add(features)
      for (index, value) in targets.transposedTimes(features).values.enumerated() {
        products[index] += Double(value)
      }
    }
    return (gram, products)
  }

  private func router(
    _ weights: [Double], features: Int, _ inputs: Standardization, _ outputs: Standardization
  ) -> Router {
    let count = outputs.means.count
    let map = AffineMap(
      weight: Matrix(rows: count, columns: features, values: weights.map { Float($0) }),
      bias: [Float](repeating: 0, count: count))
    return Router(linear: map.giving(outputs).taking(inputs))
  }
}
