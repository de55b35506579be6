import Architectures
import Checkpoints
import DMOE
import Experts
import Kernels
import Running
import Work

extension Evaluator {
  /// Runs one variant for its logits, without measuring anything.
  ///
  /// - Parameters:
  ///   - variant: one that the model can run.
  ///   - windows: tokens; all of them are run.
  ///   - positions: for each window, the positions whose logits are wanted.
  /// - Returns: one run for each window.
  /// - Throws: ``EvaluationError`` if the variant cannot be run, the model cannot be read, or
  ///   logits of an encoder are requested.
  package func run(
    _ variant: Variant, on windows: [[Int]], logitsAt positions: [Range<Int>]
  ) throws(EvaluationError) -> [VariantRun] {
    let wantsLogits = positions.contains { !$0.isEmpty }
    if wantsLogits { try checkPredicts() }
    guard canRun(variant) else { throw .unknownVariant(variant.name, known: choices) }
    let plan = streams([asRun(variant)])
    let stream = plan.variants.firstIndex(of: asRun(variant)) ?? 0
    let layers = model.configuration.layers
    let sweep = LayerSweep(model, context, as: .running)
    let step = sweep.progress(tokens: windows.reduce(0) { $0 + $1.count })
    let always = chosenAlways(by: variant).map { [$0] } ?? []
    var experts = windows.map { [[Int]](repeating: [], count: $0.count) }
    var costs = [Double](repeating: 0, count: windows.count)
    var windowCosts = costs
    do {
      let finished = try sweep.run(windows, phases: plan.phases) { call, earlier in
        plan.run(call, earlier: earlier)
      } finishedLayer: { layer, _, uses in
        for (window, use) in uses[stream].enumerated() {
          costs[window] += use.cost
          windowCosts[window] += use.windowCost
          for position in experts[window].indices {
            experts[window][position] +=
              use.choices.isEmpty ? always : [use.choices[position]]
          }
        }
        step.done(layer + 1)
      }
      let logits = try self.logits(finished[stream].windows, at: positions, wanted: wantsLogits)
      try model.checkpoint.checkUnchanged()
      let routerFraction =
        plan.usesRouters(asRun(variant)) ? routing?.fraction(of: model) ?? 0 : 0
      return windows.indices.map { window in
        let uses = Double(layers * max(windows[window].count, 1))
        return VariantRun(
          logits: logits[window], experts: experts[window], activeFFNFraction: costs[window] / uses,
          windowFFNFraction: windowCosts[window] / uses, routerFraction: routerFraction)
      }
    } catch {
      throw .model(error)
    }
  }

  /// Expert that all tokens take; nil if experts are chosen for each token or the model has none.
  private func chosenAlways(by variant: Variant) -> Int? {
    guard let container = model.checkpoint.container else { return nil }
    switch variant {
    case .dense: return container.directory.experts - 1
    case .expert(let expert), .bare(let expert): return expert
    case .choosing: return nil
    }
  }

  private func logits(
    _ streams: LayerSweep.Windows, at positions: [Range<Int>], wanted: Bool
  ) throws(ModelError) -> [Matrix] {
    guard wanted else { return positions.map { _ in Matrix(rows: 0, columns: 0) } }
    let head = try OutputHead(model, parallel: parallel)
    let overflows = OverflowWatch()
    let logits = parallel.mapLarge(positions.map(\.count)) { window in
      let logits = head.logits(streams[window].rows(positions[window]))
      overflows.look(at: logits, place: window)
      return logits
    }
    try overflows.check(model, layer: nil, windows: positions.count)
    return logits
  }
}
