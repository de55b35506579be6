package import DMOE
import Glibc
package import Kernels
package import Running

/// Outputs of all experts of a layer for one input, kept ring by ring: together they cost one FFN.
package struct ExpertOutputs: Sendable {
  /// Contribution of each ring, T × D, without the bias of down.
  private let rings: [Matrix]
  private let bias: [Float]?
  private let input: Matrix

  /// - Parameters:
  ///   - weights: all neurons by rank.
  ///   - input: T × D.
  ///   - widths: widths of the layer's experts.
  package init(_ weights: FeedForwardWeights, input: Matrix, widths: [Int]) {
    var start = 0
    var rings: [Matrix] = []
    for end in widths {
      rings.append(weights.contribution(weights.hidden(input, of: start..<end), of: start..<end))
      start = end
    }
    self.rings = rings
    bias = weights.downBias
    self.input = input
  }

  package var experts: Int { rings.count }

  /// Output of all neurons, bias included: T × D.
  package func full() -> Matrix {
    var output = sum()
    if let bias { output.add(toEveryRow: bias[...]) }
    return output
  }

  private func sum() -> Matrix {
    var sum = rings[0]
    for ring in rings.dropFirst() { sum.add(ring) }
    return sum
  }

  /// Full output minus the expert's output, T × D, for each expert but the last.
  package func missing() -> [Matrix] {
    var missing: [Matrix] = []
    for ring in rings.dropFirst().reversed() {
      if var larger = missing.last {
        larger.add(ring)
        missing.append(larger)
      } else {
        missing.append(ring)
      }
    }
    return missing.reversed()
  }

  /// Similarity `⟨y_e, y⟩ / ⟨y, y⟩` for each token and expert but the last, without the bias of
  /// down; 1 if y is zero.
  package func similarities() -> Matrix {
    let full = sum()
    let shares = rings.dropLast().map { $0.rowDots(full) }
    let squares = full.rowDots(full)
    var similarities: [Float] = []
    similarities.reserveCapacity(squares.count * shares.count)
    for token in squares.indices {
      var sum = 0.0
      for share in shares {
        sum += share[token]
        similarities.append(
          squares[token] >= .leastNormalMagnitude ? Float(sum / squares[token]) : 1)
      }
    }
    return Matrix(rows: squares.count, columns: shares.count, values: similarities)
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
    for (expert, missing) in missing().enumerated() {
      var missing = missing
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
  package func scores(
    _ target: RouterTarget, compensations: [Compensation], residual: Matrix, join: ResidualJoin
  ) -> Matrix {
    switch target {
    case .similarity: similarities()
    case .logError: logErrors(compensations: compensations, residual: residual, join: join)
    }
  }

  /// Output of the layer with an expert for each token, bias included: T × D.
  ///
  /// - Parameters:
  ///   - choices: an expert for each token.
  ///   - compensations: maps added to the outputs of the experts; empty for none.
  /// - Returns: as many rows as the input.
  package func output(choices: [Int], compensations: [Compensation] = []) -> Matrix {
    var output = rings[0]
    precondition(choices.count == output.rows, "\(choices.count) choices for \(output.rows) tokens")
    for (ring, contribution) in rings.enumerated().dropFirst() {
      output.add(contribution, toRowsWhere: { choices[$0] >= ring })
    }
    output.add(compensations, choices: choices, input: input)
    if let bias { output.add(toEveryRow: bias[...]) }
    return output
  }
}
