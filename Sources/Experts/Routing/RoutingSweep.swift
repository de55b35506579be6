import Architectures
import ByteIO
package import Checkpoints
package import DMOE
package import Kernels
package import Running
import Work

/// Fits compensation and a router for every layer, in one sweep of the dense model over calibration
/// windows.
package struct RoutingSweep: Sendable {
  package let kind: RouterKind
  package let target: RouterTarget
  /// Rank of the compensation; nil for none.
  package let compensationRank: Int?
  /// Number of hidden values of a router.
  package let width: Int
  package let seed: UInt64

  package init(
    kind: RouterKind, target: RouterTarget, compensationRank: Int? = nil, width: Int, seed: UInt64
  ) {
    self.kind = kind
    self.target = target
    self.compensationRank = compensationRank
    self.width = width
    self.seed = seed
  }

  /// Fitted parts of a layer.
  package struct Layer: Sendable {
    package let router: Router
    package let experts: LayerExperts
    /// R² of the router on the held-back windows, for each expert but the last.
    package let determination: [Double]
    /// Predicted scores, by window.
    package let predicted: [Matrix]
    /// True scores, by window.
    package let truth: [Matrix]

    package init(
      router: Router, experts: LayerExperts, determination: [Double], predicted: [Matrix],
      truth: [Matrix]
    ) {
      self.router = router
      self.experts = experts
      self.determination = determination
      self.predicted = predicted
      self.truth = truth
    }
  }

  /// - Parameters:
  ///   - plan: the experts of the model.
  ///   - windows: windows of calibration text, at least two.
  ///   - use: how often tokens use each expert, which weighs them in the fit of compensation; nil
  ///     without compensation and skipping.
  ///   - skipping: skipping of neurons in each layer; empty for none.
  ///   - sensitivities: weights of the errors of the layers; empty if none were measured.
  ///   - source: activations of the dense model on these windows.
  /// - Returns: the fitted layers.
  /// - Throws: ``ModelError`` if the model cannot be read.
  package func fit(
    plan: ExpertPlan, windows: [[Int]], use: UsualUse?, skipping: [RankingSweep.Skipping],
    sensitivities: [Double] = [], from source: some ActivationSource
  ) throws(ModelError) -> [Layer] {
    precondition(windows.count > 1, "one side would have no window")
    var fitted: [Layer] = []
    let parallel = source.context.parallel
    let step = source.progress(tokens: windows.reduce(0) { $0 + $1.count })
    try source.run(windows) { layer in
      let weights = layer.weights.reordered(by: plan.layers[layer.index].order)
      let pass = RingPass(
        layer: layer, weights: weights, widths: plan.layers[layer.index].widths,
        meanNeurons: source.model.configuration.neurons.mean, gated: source.model.family.gated,
        skipping: skipping.isEmpty ? nil : skipping[layer.index],
        sensitivity: sensitivities.isEmpty ? 1 : sensitivities[layer.index],
        use: use?.layers[layer.index],
        parallel: parallel)
      let (experts, truth) = pass.run(target: target, rank: compensationRank)
      fitted.append(fit(features(layer, parallel), layer.index, experts, truth, parallel))
      step.done(layer.index + 1)
      return true
    } record: { writer in
      if let layer = fitted.last { writer.put(layer) }
    } restore: { reader in
      fitted.append(reader.take())
      step.done(fitted.count)
    }
    return fitted
  }

  private func features(_ layer: LayerSweep.Layer, _ parallel: Parallel) -> [Matrix] {
    parallel.map(layer.inputs.count) { window in
      target.features(input: layer.inputs[window], residual: layer.residuals[window])
    }
  }

  private func fit(
    _ features: [Matrix], _ index: Int, _ experts: LayerExperts, _ truth: [Matrix],
    _ parallel: Parallel
  ) -> Layer {
    var ranges: (fitting: [Range<Int>], judging: [Range<Int>]) = ([], [])
    var start = 0
    for (place, window) in truth.enumerated() {
      let rows = start..<start + window.rows
      if HeldBackWindows.contains(place, of: truth.count) {
        ranges.judging.append(rows)
      } else {
        ranges.fitting.append(rows)
      }
      start = rows.upperBound
    }
    let task = RouterTask(
      features: Matrix(stacking: features), targets: Matrix(stacking: truth),
      fitting: ranges.fitting, heldOut: ranges.judging)
    let router = Router.fit(
      kind: kind, task: task, width: width, seed: seed &+ UInt64(index)
    ).router
    let predicted = parallel.map(features.count) { router.predict(features[$0]) }
    let judges = HeldBackWindows.indices(of: truth.count)
    return Layer(
      router: router, experts: experts,
      determination: Determination.values(
        predicted: judges.map { predicted[$0] }, truth: judges.map { truth[$0] }),
      predicted: predicted, truth: truth)
  }
}
