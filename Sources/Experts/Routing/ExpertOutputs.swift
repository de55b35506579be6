import Glibc
package import Kernels
package import Running

/// What all experts of a layer give for the same input, ring by ring: together they cost one FFN.
package struct ExpertOutputs: Sendable {
  /// For each ring what its neurons add, T × D, without the bias of down.
  private let rings: [Matrix]
  private let bias: [Float]?
  private let input: Matrix

  /// - Parameters:
  ///   - weights: of a container, all neurons by rank.
  ///   - input: T × D.
  ///   - widths: the experts of the layer.
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

  /// The output of all neurons, bias included: T × D.
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

  /// For each expert but the last what it lacks of the full output, T × D.
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

  /// For each token and expert but the last the similarity `⟨y_e, y⟩ / ⟨y, y⟩`, without the bias of
  /// down; 1 where y is zero.
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

  /// For each token and expert but the last `ln (|n(y_e) − n(y)|² / |r + n(y)|²)`, at least
  /// `ln 10⁻¹⁰`, n being the norm with which outputs join the residual stream, if there is one, as the
  /// linear map that it is near y.
  ///
  /// - Parameters:
  ///   - compensations: what is added to the outputs of the experts; empty for nothing.
  ///   - residual: T × D, the residual stream r.
  ///   - join: how outputs join it.
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
        let error = max(square * weights[token], Self.leastError)
        errors.values[token * errors.columns + expert] = Float(log(error))
      }
    }
    return errors
  }

  private static let leastError = 1e-10

  /// What the squared error of each token is multiplied by, its columns being scaled already:
  /// `1 / |r + y|²` where outputs join as they are.
  package func errorWeights(residual: Matrix, join: ResidualJoin) -> [Double] {
    join.errorWeights(output: full(), residual: residual)
  }

  /// What a router with this aim shall predict, and what tells the best choice.
  package func scores(
    _ aim: RouterAim, compensations: [Compensation], residual: Matrix, join: ResidualJoin
  ) -> Matrix {
    switch aim {
    case .similarity: similarities()
    case .logError: logErrors(compensations: compensations, residual: residual, join: join)
    }
  }

  /// The output of the layer with an expert for each token, bias included: T × D.
  ///
  /// - Parameters:
  ///   - choices: an expert for each token.
  ///   - compensations: what is added to the outputs of the experts; empty for nothing.
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
