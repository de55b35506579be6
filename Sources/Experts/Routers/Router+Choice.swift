package import Kernels

extension Router {
  /// For every token the smallest expert whose predicted similarity exceeds the threshold, else the
  /// full one.
  ///
  /// - Parameters:
  ///   - input: what the layer receives, a row for each token.
  ///   - threshold: at 1 or more it is always the full expert.
  /// - Returns: an expert for each token.
  package func choices(_ input: Matrix, threshold: Double) -> [Int] {
    let predicted = predict(input)
    return (0..<predicted.rows).map { token in
      Difficulty.expert(
        similarities: predicted[token].map(Double.init) + [1], threshold: threshold)
    }
  }
}
