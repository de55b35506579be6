package import Kernels
package import Models

/// Fits what routing needs in every layer, in one sweep of the dense model over calibration windows:
/// compensation for what experts drop, and a router.
package struct RoutingCalibration: Sendable {
  package let kind: RouterKind
  package let aim: RouterAim
  /// Of the maps that stand in for dropped rings; nil for none.
  package let compensationRank: Int?
  /// How many hidden values a router has.
  package let width: Int
  package let seed: UInt64

  package init(
    kind: RouterKind, aim: RouterAim, compensationRank: Int? = nil, width: Int, seed: UInt64
  ) {
    self.kind = kind
    self.aim = aim
    self.compensationRank = compensationRank
    self.width = width
    self.seed = seed
  }

  /// What was fitted for a layer.
  package struct Layer: Sendable {
    package let router: Router
    package let experts: LayerExperts
    /// How well the router predicts each expert but the last on the windows that judge (R²).
    package let determination: [Double]
    /// For each window what the router predicts.
    package let predicted: [Matrix]
    /// For each window what it should predict.
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
  ///   - model: the dense checkpoint.
  ///   - plan: its experts.
  ///   - windows: of calibration text, at least two.
  ///   - shares: for each layer and window how often tokens use each expert but the last: what
  ///     compensation counts by. Empty without compensation.
  ///   - parallel: the loop.
  ///   - progress: told of layers.
  /// - Returns: what was fitted, layer by layer.
  /// - Throws: what reading the model throws.
  package func fit(
    _ model: Model, plan: ExpertPlan, windows: [[Int]], shares: [[Matrix]], parallel: Parallel,
    progress: Progress
  ) throws(ModelError) -> [Layer] {
    precondition(windows.count > 1, "one side would have no window")
    var fitted: [Layer] = []
    let layers = model.configuration.layers
    progress.report("Fitting routers", unit: "layers", done: 0, of: layers)
    try LayerSweep(model, parallel: parallel).run(windows) { layer in
      let weights = layer.weights.reordered(by: plan.layers[layer.index].order)
      let pass = RingPass(
        layer: layer, weights: weights, widths: plan.layers[layer.index].widths,
        parallel: parallel)
      let (outputs, experts, truth) = pass.run(
        aim: aim, gated: model.family.gated, rank: compensationRank,
        shares: shares.isEmpty ? [] : shares[layer.index])
      fitted.append(fit(layer, experts, truth, parallel))
      progress.report("Fitting routers", unit: "layers", done: layer.index + 1, of: layers)
      return outputs
    }
    return fitted
  }

  private func fit(
    _ layer: LayerSweep.Layer, _ experts: LayerExperts, _ truth: [Matrix], _ parallel: Parallel
  ) -> Layer {
    let features = parallel.map(truth.count) { window in
      aim.features(input: layer.inputs[window], residual: layer.residuals[window])
    }
    var ranges: (fitting: [Range<Int>], judging: [Range<Int>]) = ([], [])
    var start = 0
    for (index, window) in truth.enumerated() {
      let rows = start..<start + window.rows
      if Judging.isJudge(index, of: truth.count) {
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
      kind: kind, task: task, width: width, seed: seed &+ UInt64(layer.index)
    ).router
    let predicted = parallel.map(features.count) { router.predict(features[$0]) }
    let judges = Judging.windows(of: truth.count)
    return Layer(
      router: router, experts: experts,
      determination: Determination.values(
        predicted: judges.map { predicted[$0] }, truth: judges.map { truth[$0] }),
      predicted: predicted, truth: truth)
  }
}
