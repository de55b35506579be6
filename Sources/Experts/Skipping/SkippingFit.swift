import Kernels
import Running

/// Measures, over calibration text, what the neurons of a layer add when their gates open, and how
/// many take part at each price.
struct SkippingFit {
  let layer: LayerSweep.Layer
  /// All neurons by rank.
  let weights: FeedForwardWeights
  let widths: [Int]
  /// H of the mean layer of the model.
  let meanNeurons: Double
  let parallel: Parallel

  func run() -> RankingSweep.Skipping {
    let rule = LayerSkipping(
      scales: scales(), meanNeurons: meanNeurons, gated: weights.gate != nil)
    return RankingSweep.Skipping(rule: rule, shares: shares(rule))
  }

  /// Root of the mean square of `|w_j| u_j` relative to the residual stream, w being the neuron's row
  /// of down and u its value of up, or 1 without a gate.
  private func scales() -> [Float] {
    let sums = parallel.mapLarge(layer.inputs.rows) { window in
      let input = layer.inputs[window]
      let output = weights.output(weights.hidden(input, neurons: weights.neurons))
      let residual = layer.residuals[window]
      let errorWeights = layer.join.errorWeights(output: output, residual: residual)
      let squares =
        weights.gateFactors(input, of: 0..<weights.neurons)
        .map { $0.columnSquareSums(weights: errorWeights) }
        ?? [Double](repeating: errorWeights.reduce(0, +), count: weights.neurons)
      // At run time the output is not known beforehand: only the stream before it counts.
      let known = residual.rowDots(residual).reduce(0) { sum, square in
        square >= .leastNormalMagnitude ? sum + 1 / square : sum
      }
      return (squares: squares, known: known)
    }
    var squares = [Double](repeating: 0, count: weights.neurons)
    var known = 0.0
    for sum in sums {
      for (neuron, square) in sum.squares.enumerated() { squares[neuron] += square }
      known += sum.known
    }
    var down = weights.neuronMajorDown
    if let scales = layer.join.columnScales { down = down.scalingColumns(by: scales) }
    return zip(squares, down.rowDots(down)).map { square, norm in
      let scale = Float((square * norm / max(known, .leastNormalMagnitude)).squareRoot())
      // A neuron without a finite scale is never skipped.
      return scale.isFinite ? scale : .greatestFiniteMagnitude
    }
  }

  private func shares(_ skipping: LayerSkipping) -> [[Double]] {
    let prices = ExpertCosts.exponents
    let counts = parallel.mapLarge(layer.inputs.rows) { window in
      let thresholds = skipping.thresholds(layer.residuals[window], price: 1)
      var start = 0
      return widths.map { end in
        defer { start = end }
        return weights.gateValues(layer.inputs[window], of: start..<end).squareExponents(
          whereScaledBy: skipping.scales[start..<end], over: thresholds, first: prices.lowerBound,
          count: prices.count)
      }
    }
    let tokens = Double(max(layer.inputs.rows.reduce(0, +), 1))
    var taking = [Double](repeating: 0, count: prices.count)
    return widths.enumerated().map { expert, width in
      for window in counts {
        // Those with at least a power of the price take part at all lower prices.
        var sum = 0.0
        for price in taking.indices.reversed() {
          sum += Double(window[expert][price])
          taking[price] += sum / tokens
        }
      }
      return taking.map {
        Double(width) / meanNeurons - skipping.saving * (Double(width) - $0)
      }
    }
  }
}
