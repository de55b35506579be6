package import DMOE
import Glibc
package import Kernels
package import Running

/// Outputs of all experts of a layer for one input.
package struct ExpertOutputs: Sendable {
  /// Skipping of neurons, and the price at which each expert skips them.
  package struct Skip: Sendable {
    let skipping: LayerSkipping
    let residual: Matrix
    /// By expert; experts without a price skip nothing.
    let prices: [Double]

    /// - Parameters:
    ///   - skipping: the skipping of the layer.
    ///   - residual: T × D, the residual stream.
    ///   - prices: one for each expert, or for each but the last, which then skips nothing.
    package init(_ skipping: LayerSkipping, residual: Matrix, prices: [Double]) {
      self.skipping = skipping
      self.residual = residual
      self.prices = prices
    }
  }

  /// Output of each expert, T × D, without its compensation and the bias of down; the last skips
  /// neurons, too.
  private let outputs: [Matrix]
  /// Output of all neurons without the bias of down: T × D.
  private let whole: Matrix
  /// Number of neurons that take part, by expert and token.
  package let active: [[Int]]
  private let bias: [Float]?
  private let input: Matrix

  /// - Parameters:
  ///   - weights: all neurons by rank.
  ///   - input: T × D.
  ///   - widths: widths of the layer's experts.
  ///   - skip: nil if no neurons are skipped.
  package init(
    _ weights: FeedForwardWeights, input: Matrix, widths: [Int], skip: Skip? = nil
  ) {
    var passes = skip?.passes ?? []
    var sums: [Matrix] = []
    var start = 0
    for (expert, end) in widths.enumerated() {
      let gate = weights.gateValues(input, of: start..<end)
      let factors = weights.gateFactors(input, of: start..<end)
      for index in passes.indices {
        passes[index].add(weights, gate, factors, of: start..<end, endingExpert: expert)
      }
      var hidden = gate
      if let factors { hidden.multiply(factors) }
      var sum = weights.contribution(hidden, of: start..<end)
      if let smaller = sums.last { sum.add(smaller) }
      sums.append(sum)
      start = end
    }
    whole = sums[sums.count - 1]
    let skipping = passes.reduce(into: [:]) { found, pass in
      found.merge(pass.experts) { $1 }
    }
    outputs = sums.enumerated().map { skipping[$0]?.output ?? $1 }
    active = widths.enumerated().map { expert, width in
      skipping[expert]?.active ?? [Int](repeating: width, count: input.rows)
    }
    bias = weights.downBias
    self.input = input
  }

  /// Outputs of experts that skip neurons at a price, if they can.
  ///
  /// - Parameters:
  ///   - weights: all neurons by rank.
  ///   - input: T × D.
  ///   - experts: the experts of the layer.
  ///   - residual: T × D, the residual stream.
  ///   - price: nil to skip none.
  package init(
    _ weights: FeedForwardWeights, input: Matrix, experts: LayerExperts, residual: Matrix,
    price: Double?
  ) {
    let skip = price.flatMap { price in
      experts.skipping.map { skipping in
        Skip(
          skipping, residual: residual,
          prices: [Double](repeating: price, count: experts.experts))
      }
    }
    self.init(weights, input: input, widths: experts.widths, skip: skip)
  }

  package var experts: Int { outputs.count }

  /// Output of all neurons, bias included: T × D.
  package func full() -> Matrix {
    var output = whole
    if let bias { output.add(toEveryRow: bias[...]) }
    return output
  }

  /// Full output minus the output of an expert, T × D.
  package func missing(_ expert: Int) -> Matrix {
    var missing = whole
    missing.subtract(outputs[expert])
    return missing
  }

  /// Similarity `⟨y_e, y⟩ / ⟨y, y⟩` for each token and expert but the last, without the bias of
  /// down; 1 if y is zero.
  package func similarities() -> Matrix {
    let dots = outputs.dropLast().map { $0.rowDots(whole) }
    let squares = whole.rowDots(whole)
    var similarities: [Float] = []
    similarities.reserveCapacity(squares.count * dots.count)
    for token in squares.indices {
      for dot in dots {
        similarities.append(
          squares[token] >= .leastNormalMagnitude ? Float(dot[token] / squares[token]) : 1)
      }
    }
    return Matrix(rows: squares.count, columns: dots.count, values: similarities)
  }

  /// `ln (|n(y_e) − n(y)|² / |r + n(y)|²)` for each token and expert but the last, at least
  /// `ln 10⁻¹⁰`.
  ///
  /// n is the norm that outputs pass before they are added to the residual stream, if any,
  /// linearised at y.
  ///
  /// - Parameters:
  ///   - compensations: maps added to the outputs of the experts; empty for none.
  ///   - residual: T × D, the residual stream r.
  ///   - join: how outputs are added to it.
  /// - Returns: a row for each token, a column for each expert but the last.
  package func logErrors(
    compensations: [Compensation], residual: Matrix, join: ResidualJoin
  ) -> Matrix {
    let weights = errorWeights(residual: residual, join: join)
    var errors = Matrix(rows: input.rows, columns: experts - 1)
    for expert in 0..<experts - 1 {
      var missing = missing(expert)
      if !compensations.isEmpty { missing.subtract(compensations[expert](input)) }
      if let scales = join.columnScales { missing = missing.scalingColumns(by: scales) }
      for (token, square) in missing.rowDots(missing).enumerated() {
        let error = min(
          max(square * weights[token], Self.leastError), .greatestFiniteMagnitude)
        errors.values[token * errors.columns + expert] = Float(log(error))
      }
    }
    return errors
  }

  package static let leastError = 1e-10

  /// Factor for each token's squared error after column scaling: `1 / |r + y|²` if outputs are
  /// added without a norm.
  package func errorWeights(residual: Matrix, join: ResidualJoin) -> [Double] {
    join.errorWeights(output: full(), residual: residual)
  }

  /// True scores for a target: the router's targets, and the basis of the best choice.
  ///
  /// - Parameters:
  ///   - target: similarities, or log errors that count as much as the layer is sensitive.
  ///   - experts: the experts of the layer.
  ///   - price: price at which they skip neurons; nil for none.
  ///   - residual: T × D, the residual stream.
  ///   - join: how outputs are added to it.
  /// - Returns: a row for each token, a column for each expert but the last.
  package func scores(
    _ target: RouterTarget, of experts: LayerExperts, price: Double?, residual: Matrix,
    join: ResidualJoin
  ) -> Matrix {
    switch target {
    case .similarity: return similarities()
    case .logError:
      var errors = logErrors(
        compensations: experts.compensations(at: price), residual: residual, join: join)
      errors.weigh(by: experts.sensitivity)
      return errors
    }
  }

  /// Output of the layer with an expert for each token, bias included: T × D.
  ///
  /// - Parameters:
  ///   - choices: an expert for each token.
  ///   - compensations: maps added to the outputs of the experts; empty for none.
  /// - Returns: as many rows as the input.
  package func output(choices: [Int], compensations: [Compensation] = []) -> Matrix {
    precondition(choices.count == input.rows, "\(choices.count) choices for \(input.rows) tokens")
    var output = Matrix(rows: input.rows, columns: whole.columns)
    for (expert, own) in outputs.enumerated() {
      output.add(own, toRowsWhere: { choices[$0] == expert })
    }
    output.add(compensations, choices: choices, input: input)
    if let bias { output.add(toEveryRow: bias[...]) }
    return output
  }
}
