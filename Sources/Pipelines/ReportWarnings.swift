package import Evaluation
import Reports

/// Warnings for doubtful figures of a conversion; each function returns at most one per kind.
package enum ReportWarnings {
  /// Too little text for the number of neurons.
  package static func calibration(tokens: Int, neurons: Int) -> [String] {
    if tokens < 2 * neurons {
      return [
        "calibrated on only \(tokens) tokens for \(neurons) neurons per layer, fewer than two per "
          + "neuron: the ranking may be noise; give more text"
      ]
    }
    guard tokens < 4096 else { return [] }
    return [
      "calibrated on only \(tokens) tokens: the ranking may be noise; give more text"
    ]
  }

  /// Routers that predict little, by R² for each layer and expert but the last.
  package static func prediction(_ determination: [[Double]]) -> [String] {
    let weak = determination.indices.filter { layer in
      let values = determination[layer]
      return values.reduce(0, +) < 0.2 * Double(values.count)
    }
    guard !weak.isEmpty else { return [] }
    return [
      "the routers of \(layers(weak)) predict little (R² below 0.2, averaged over experts): "
        + "more text may help"
    ]
  }

  /// Layers that nearly always choose one expert, by the share of tokens per layer and expert; all
  /// neurons are what a sensitive layer should choose.
  package static func collapse(_ shares: [[Double]], budget: Double) -> [String] {
    let collapsed = shares.enumerated().compactMap { layer, shares -> String? in
      guard shares.count > 1, let expert = shares.dropLast().firstIndex(where: { $0 > 0.98 })
      else { return nil }
      let percent = HumanText.fixed(100 * shares[expert], digits: 0)
      return "layer \(layer) routes \(percent) % of its tokens to expert \(expert)"
    }
    guard !collapsed.isEmpty else { return [] }
    return [
      "at budget \((1000 * budget).rounded() / 1000) " + collapsed.joined(separator: ", ")
    ]
  }

  /// Budgets missed on held-out text, and a model with little slack.
  package static func budgets(_ figures: [VariantFigures]) -> [String] {
    var missed: [String] = []
    var warnings: [String] = []
    for figures in figures {
      guard case .choosing(.routed, .budget(let budget)) = figures.variant else { continue }
      let cost = figures.work.costFraction
      if abs(cost - budget) > 0.02 {
        missed.append("budget \(budget) costs \(HumanText.fixed(cost, digits: 3))")
      }
      if budget == 0.5, let ratio = figures.divergence?.perplexityRatio.value, ratio > 1.5 {
        warnings.append(
          "this model has little slack: at budget 0.5 its perplexity is "
            + "\(HumanText.fixed(ratio, digits: 2)) × that of dense")
      }
    }
    guard !missed.isEmpty else { return warnings }
    return warnings + [
      "on held-out text budgets are missed by more than 0.02: " + missed.joined(separator: ", ")
    ]
  }

  /// `layer 3`, or `layers 0, 2, 3`.
  static func layers(_ indices: [Int]) -> String {
    (indices.count == 1 ? "layer " : "layers ")
      + indices.map(String.init).joined(separator: ", ")
  }
}
