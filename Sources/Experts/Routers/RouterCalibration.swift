package import Kernels
package import Models

/// Fits a router for every layer, in one sweep of the dense model over calibration windows.
package struct RouterCalibration: Sendable {
  package let kind: RouterKind
  /// How many hidden values a router has; nil for a quarter of the hidden size within 16 … 256.
  package let width: Int?
  package let seed: UInt64

  package init(kind: RouterKind, width: Int? = nil, seed: UInt64) {
    self.kind = kind
    self.width = width
    self.seed = seed
  }

  /// A layer's router, and how well it predicts the similarity of each expert but the last on the
  /// windows that were kept from its fit (R²).
  package struct Fitted: Sendable {
    package let router: Router
    package let determination: [Double]
  }

  /// Every eighth window judges the fit.
  private static let judging = 8

  /// - Parameters:
  ///   - model: the dense checkpoint.
  ///   - plan: its experts.
  ///   - windows: of calibration text, at least two.
  ///   - parallel: the loop.
  ///   - progress: told of layers.
  /// - Returns: for each layer a router that predicts similarities.
  /// - Throws: what reading the model throws.
  package func fit(
    _ model: Model, plan: ExpertPlan, windows: [[Int]], parallel: Parallel, progress: Progress
  ) throws(ModelError) -> [Fitted] {
    precondition(windows.count > 1, "one side would have no window")
    var fitted: [Fitted] = []
    let layers = model.configuration.layers
    progress.report("Fitting routers", unit: "layers", done: 0, of: layers)
    _ = try LayerSweep(model, parallel: parallel).run(windows, phases: [1]) { layer, weights in
      weights.reordered(by: plan.layers[layer].order)
    } feedForward: { call, _ in
      let outputs = ExpertOutputs(
        call.weights, input: call.input, widths: plan.layers[call.layer].widths)
      let all = [Int](repeating: outputs.experts - 1, count: call.input.rows)
      return (
        outputs.output(choices: all),
        Seen(input: call.input, similarities: outputs.similarities())
      )
    } finishedLayer: { layer, _, seen in
      fitted.append(fit(seen[0], layer: layer))
      progress.report("Fitting routers", unit: "layers", done: layer + 1, of: layers)
    }
    return fitted
  }

  /// What one window taught of a layer.
  private struct Seen: Sendable {
    let input: Matrix
    let similarities: [[Double]]
  }

  private func fit(_ windows: [Seen], layer: Int) -> Fitted {
    let features = Matrix(
      rows: windows.reduce(0) { $0 + $1.input.rows }, columns: windows[0].input.columns,
      values: windows.flatMap(\.input.values))
    let outputs = windows[0].similarities[0].count - 1
    let targets = Matrix(
      rows: features.rows, columns: outputs,
      values: windows.flatMap(\.similarities).flatMap { $0.dropLast().map(Float.init) })
    var ranges: (fitting: [Range<Int>], judging: [Range<Int>]) = ([], [])
    var start = 0
    for (index, window) in windows.enumerated() {
      let rows = start..<start + window.input.rows
      let isJudge =
        windows.count < Self.judging
        ? index == windows.count - 1 : index % Self.judging == Self.judging - 1
      if isJudge { ranges.judging.append(rows) } else { ranges.fitting.append(rows) }
      start = rows.upperBound
    }
    let task = RouterTask(
      features: features, targets: targets, fitting: ranges.fitting, heldOut: ranges.judging)
    let router = Router.fit(
      kind: kind, task: task, width: width ?? min(max(features.columns / 4, 16), 256),
      seed: seed &+ UInt64(layer)
    ).router
    return Fitted(router: router, determination: task.determination(of: router))
  }
}
