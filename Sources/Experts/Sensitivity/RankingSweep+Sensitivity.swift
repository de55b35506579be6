import Glibc
import Kernels

extension RankingSweep.Ranked {
  /// Copy whose errors count as much as their layers are sensitive.
  ///
  /// What skipping leaves out is spread over many neurons, and harms sensitive layers less than whole
  /// rings that are missing: there the root of the sensitivity has served best
  /// (`docs/recipes.md`).
  package func weighing(by sensitivities: [Double]) -> RankingSweep.Ranked {
    var ranked = self
    for (layer, sensitivity) in sensitivities.enumerated() {
      if !logErrors.isEmpty {
        for window in logErrors[layer].indices {
          ranked.logErrors[layer][window].weigh(by: sensitivity)
        }
      }
      if !skipping.isEmpty {
        ranked.skipping[layer] = skipping[layer].weighing(by: sensitivity.squareRoot())
      }
    }
    return ranked
  }
}

extension RankingSweep.Ranked {
  /// Copy that never skips these neurons.
  package func keeping(_ neurons: [MassiveNeuron]) -> RankingSweep.Ranked {
    guard !skipping.isEmpty else { return self }
    var ranked = self
    for neuron in neurons {
      let layer = neuron.layer
      guard let rank = plan.layers[layer].order.firstIndex(of: neuron.peak.neuron) else { continue }
      ranked.skipping[layer] = RankingSweep.Skipping(
        rule: ranked.skipping[layer].rule.keeping(rank), shares: ranked.skipping[layer].shares)
    }
    return ranked
  }
}

extension RankingSweep.Skipping {
  /// The same skipping with squared lengths of output that count `weight` times as much: at each
  /// price it leaves out what it left out at that price over the weight.
  func weighing(by weight: Double) -> RankingSweep.Skipping {
    RankingSweep.Skipping(
      rule: rule.weighing(by: weight),
      shares: shares.map { table in
        ExpertCosts.exponents.map {
          ExpertCosts.value(of: table, at: exp2(Double($0)) / weight)
        }
      })
  }
}

extension Matrix {
  /// Multiplies errors, given by their logarithms, by a weight.
  mutating func weigh(by weight: Double) {
    guard weight != 1 else { return }
    let shift = Float(log(weight))
    for index in values.indices { values[index] += shift }
  }
}
