import Kernels

/// Gradient descent by AdamW on standardised features and targets, with early stopping.
package struct MLPRouterFit: Sendable {
  /// Number of hidden values of the router.
  package let width: Int
  /// Seed of the initial weights and of the row order.
  package let seed: UInt64
  package var epochs = 10
  package var batchSize = 256
  package var maximalRate = 3e-3
  /// Applies to weights only, not to biases.
  package var weightDecay = 1e-2

  package init(width: Int, seed: UInt64) {
    precondition(width > 0, "no hidden values")
    self.width = width
    self.seed = seed
  }

  /// Fits a router and returns the state with the least held-out error, checked after every epoch.
  package func fit(_ task: RouterTask) -> (router: Router, heldOutError: Double) {
    let inputs = Standardization(of: task.features, rows: task.fittingRows)
    let outputs = Standardization(of: task.targets, rows: task.fittingRows)
    var numbers = SplitMix64(seed: seed)
    var network = RouterNetwork(
      features: task.features.columns, outputs: task.targets.columns, width: width,
      numbers: &numbers)
    var optimizer = Optimizer(network)
    var rows = task.fittingRows
    let batches = (rows.count + batchSize - 1) / batchSize
    let rate = OneCycleRate(maximum: maximalRate, steps: epochs * batches)

    var best = router(network, inputs, outputs)
    var error = task.heldOutError(of: best)
    var step = 0
    for _ in 0..<epochs {
      numbers.shuffle(&rows)
      for batch in RouterTask.chunks(of: rows, size: batchSize) {
        let gradient = network.gradient(
          inputs: inputs.apply(to: task.features, rows: batch),
          targets: outputs.apply(to: task.targets, rows: batch))
        optimizer.update(&network, gradient, rate: rate(step), weightDecay: weightDecay)
        step += 1
      }
      let candidate = router(network, inputs, outputs)
      let candidateError = task.heldOutError(of: candidate)
      if candidateError < error { (best, error) = (candidate, candidateError) }
    }
    return (best, error)
  }

  private func router(
    _ network: RouterNetwork, _ inputs: Standardization, _ outputs: Standardization
  ) -> Router {
    Router(first: network.first.taking(inputs), second: network.second.giving(outputs))
  }

  private struct Optimizer {
    private var weights: [AdamW]
    private var biases: [AdamW]

    init(_ network: RouterNetwork) {
      weights = [network.first, network.second].map { AdamW(count: $0.weight.values.count) }
      biases = [network.first, network.second].map { AdamW(count: $0.bias.count) }
    }

    mutating func update(
      _ network: inout RouterNetwork, _ gradient: RouterNetwork, rate: Double, weightDecay: Double
    ) {
      update(0, &network.first, gradient.first, rate, weightDecay)
      update(1, &network.second, gradient.second, rate, weightDecay)
    }

    private mutating func update(
      _ layer: Int, _ map: inout AffineMap, _ gradient: AffineMap, _ rate: Double,
      _ weightDecay: Double
    ) {
      weights[layer].update(
        &map.weight.values, gradient: gradient.weight.values, rate: rate, weightDecay: weightDecay)
      biases[layer].update(&map.bias, gradient: gradient.bias, rate: rate, weightDecay: 0)
    }
  }
}
