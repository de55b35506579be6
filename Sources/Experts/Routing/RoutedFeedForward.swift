package import Kernels
package import Running

/// Feed-forward layer with an expert for each token.
package struct RoutedFeedForward: Sendable {
  /// Output of the layer, bias of down included: T × D.
  package let output: Matrix
  /// Number of neurons that take part, for each token.
  package let active: [Int]

  /// Runs the layer.
  ///
  /// Each ring is multiplied only for the tokens whose expert contains it, so dropped neurons cost
  /// nothing. Skipped ones cost nothing only if there is one token; in a window their hidden values
  /// are 0.
  ///
  /// - Parameters:
  ///   - weights: all neurons by rank.
  ///   - input: T × D.
  ///   - residual: T × D, the residual stream.
  ///   - experts: the experts of the layer.
  ///   - choices: an expert for each token.
  ///   - price: price at which experts skip neurons, if they can; nil to skip none.
  package init(
    _ weights: FeedForwardWeights, input: Matrix, residual: Matrix, experts: LayerExperts,
    choices: [Int], price: Double?
  ) {
    precondition(choices.count == input.rows, "\(choices.count) choices for \(input.rows) tokens")
    let skip = price.flatMap { price in
      experts.skipping.map {
        (scales: $0.scales, thresholds: $0.thresholds(residual, price: price))
      }
    }
    var (output, active): (Matrix, [Int])
    if let skip, choices.count == 1 {
      (output, active) = Self.one(
        weights, input: input, neurons: experts.widths[choices[0]], scales: skip.scales,
        threshold: skip.thresholds[0])
    } else {
      (output, active) = Self.rings(weights, input: input, experts, choices, skip)
    }
    output.add(
      experts.compensations(at: skip == nil ? nil : price), choices: choices, input: input)
    if let bias = weights.downBias { output.add(toEveryRow: bias[...]) }
    self.output = output
    self.active = active
  }

  private static func rings(
    _ weights: FeedForwardWeights, input: Matrix, _ experts: LayerExperts, _ choices: [Int],
    _ skip: (scales: [Float], thresholds: [Float])?
  ) -> (output: Matrix, active: [Int]) {
    var output = Matrix(rows: input.rows, columns: input.columns)
    var active = [Int](repeating: 0, count: input.rows)
    var start = 0
    var tokens = Array(choices.indices)
    var rows = input
    for (ring, end) in experts.widths.enumerated() {
      let wanting = tokens.filter { choices[$0] >= ring }
      guard !wanting.isEmpty else { break }
      if wanting.count < tokens.count { rows = input.gatherRows(wanting[...]) }
      tokens = wanting
      let hidden: Matrix
      if let skip {
        var gate = weights.gateValues(rows, of: start..<end)
        let counts = gate.multiply(
          weights.gateFactors(rows, of: start..<end), whereScaledBy: skip.scales[start..<end],
          exceeds: tokens.map { skip.thresholds[$0] })
        for (token, count) in zip(tokens, counts) { active[token] += count }
        hidden = gate
      } else {
        for token in tokens { active[token] = end }
        hidden = weights.hidden(rows, of: start..<end)
      }
      output.add(weights.contribution(hidden, of: start..<end), toRows: tokens)
      start = end
    }
    return (output, active)
  }

  /// Runs one token, and reads of up and down only the rows that take part.
  private static func one(
    _ weights: FeedForwardWeights, input: Matrix, neurons: Int, scales: [Float], threshold: Float
  ) -> (output: Matrix, active: [Int]) {
    let gate = weights.gateValues(input, of: 0..<neurons)
    let chosen = gate.indices(whereScaledBy: scales[..<neurons], exceed: threshold)
    var hidden = Matrix(rows: 1, columns: chosen.count, values: chosen.map { gate.values[$0] })
    if let factors = weights.gateFactors(input, chosen: chosen) { hidden.multiply(factors) }
    return (weights.contribution(hidden, chosen: chosen), [chosen.count])
  }
}
