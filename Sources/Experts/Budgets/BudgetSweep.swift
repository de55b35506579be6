import Architectures
import ByteIO
package import Checkpoints
package import DMOE
package import Kernels
import Running
package import Work

/// Finds the knob for each cost by running the routed model on windows held back from all fits.
///
/// The input of a layer depends on the output of the routed layers before it, so knobs fitted to
/// dense activations alone would miss the wanted costs.
package struct BudgetSweep: Sendable {
  package let target: RouterTarget
  package let plan: ExpertPlan
  package let experts: [LayerExperts]
  package let routers: [Router]
  /// Router parameters divided by feed-forward parameters.
  package let routerFraction: Double

  package init(
    target: RouterTarget, plan: ExpertPlan, experts: [LayerExperts], routers: [Router],
    routerFraction: Double
  ) {
    self.target = target
    self.plan = plan
    self.experts = experts
    self.routers = routers
    self.routerFraction = routerFraction
  }

  package struct Result: Sendable {
    package let table: BudgetTable
    /// Scores of the run nearest to ``RoutingQuality/usualBudget``; nil if even the cheapest
    /// routing costs as much as the dense model.
    package let routed: RoutedScores?

    package init(table: BudgetTable, routed: RoutedScores?) {
      self.table = table
      self.routed = routed
    }
  }

  /// Scores that decided the choices in a window and their cost; for the observed run also the true
  /// scores.
  private struct Seen: Sendable, Recordable {
    let scores: Matrix
    let truth: Matrix?
    /// Sum over tokens.
    let cost: Double

    init(scores: Matrix, truth: Matrix?, cost: Double) {
      self.scores = scores
      self.truth = truth
      self.cost = cost
    }

    func record(to writer: inout RecordWriter) {
      writer.put(scores)
      writer.put(truth)
      writer.put(cost)
    }

    init(from reader: inout RecordReader) {
      scores = reader.take()
      truth = reader.take()
      cost = reader.take()
    }
  }

  /// A run of the sweep, to find the knob of a cost.
  private struct Trial: Sendable {
    let rule: ChoiceRule
    /// Wanted cost, without routers.
    let wanted: Double
    let isOracle: Bool

    var isWindow: Bool { if case .windowPrice = rule { true } else { false } }
  }

  /// Target costs of the rows, on a scale from the cheapest routed run (0) to the dense model (1).
  package static let places = [0.01, 0.07, 0.15, 0.27, 0.41, 0.57, 0.66, 0.75, 0.84, 0.93]

  /// Measures all rows in one sweep, side by side, and records the true scores of one of them.
  ///
  /// - Parameters:
  ///   - model: the dense checkpoint.
  ///   - windows: windows held back from all fits.
  ///   - predicted: router predictions on the dense model's states, by layer and window.
  ///   - truth: true scores on the same states.
  ///   - context: threads, progress, and limits and scratch space for hidden states.
  ///   - stage: the stage to report.
  /// - Returns: the table, without rows if routing costs at least as much as the dense model.
  /// - Throws: ``ModelError`` if the model cannot be read.
  package func run(
    _ model: Model, windows: [[Int]], predicted: [[Matrix]], truth: [[Matrix]],
    _ context: Context, as stage: Stage = .budgets
  ) throws(ModelError) -> Result {
    let parallel = context.parallel
    let costs = experts.map(\.costs)
    let smallest = costs.reduce(0) { $0 + $1.inWindow[0] } / Double(costs.count)
    let cheapest = smallest + routerFraction
    guard cheapest < 1 else {
      return Result(
        table: BudgetTable(smallest: smallest, rows: [], windowRows: skips ? [] : nil), routed: nil)
    }
    let targets = Self.places.map { cheapest + $0 * (1 - cheapest) }
    func trials(_ scores: [[Matrix]], isWindow: Bool, isOracle: Bool) -> [Trial] {
      let curve = CostCurve(target: target, scores: scores, costs: costs, isWindow: isWindow)
      return targets.map { cost in
        let wanted = cost - (isOracle ? 0 : routerFraction)
        return Trial(
          rule: curve.rule(curve.knob(cost: wanted, parallel: parallel)), wanted: wanted,
          isOracle: isOracle)
      }
    }
    let all =
      trials(predicted, isWindow: false, isOracle: false)
      + trials(truth, isWindow: false, isOracle: true)
      + (skips ? trials(predicted, isWindow: true, isOracle: false) : [])
    let observed = targets.indices.min {
      abs(targets[$0] - RoutingQuality.usualBudget) < abs(targets[$1] - RoutingQuality.usualBudget)
    }
    let seen = try observe(LayerSweep(model, context, as: stage), windows, all, observed)
    let knobs = zip(all, seen).map { knob(of: $0, $1, parallel) }
    var rows: [BudgetTable.Row] = []
    var windowRows: [BudgetTable.WindowRow] = []
    for (index, wanted) in targets.enumerated() {
      let row = BudgetTable.Row(
        cost: wanted, routed: knobs[index], oracle: knobs[targets.count + index])
      // Thresholds rise with the cost and prices fall; a row that breaks this order is noise.
      if rows.last.map({ BudgetTable.isMonotone($0, row, target) }) ?? true { rows.append(row) }
      guard skips else { continue }
      let price = knobs[2 * targets.count + index]
      if windowRows.last.map({ $0.price > price }) ?? true {
        windowRows.append(.init(cost: wanted, price: price))
      }
    }
    return Result(
      table: BudgetTable(smallest: smallest, rows: rows, windowRows: skips ? windowRows : nil),
      routed: observed.map { routedScores(seen[$0]) })
  }

  /// Whether experts skip neurons.
  private var skips: Bool { experts.contains { $0.skipping != nil } }

  /// Knob for the wanted cost, from the scores and the cost of a run with a knob nearby.
  private func knob(of trial: Trial, _ seen: [[Seen]], _ parallel: Parallel) -> Double {
    let curve = CostCurve(
      target: target, scores: seen.map { $0.map(\.scores) }, costs: experts.map(\.costs),
      isWindow: trial.isWindow)
    // The curve knows means over all tokens of what an expert skips; those that choose it differ.
    let known = curve.cost(trial.rule, parallel: parallel)
    return curve.knob(cost: trial.wanted + known - Self.cost(seen), parallel: parallel)
  }

  /// Mean cost over tokens and layers, without routers.
  private static func cost(_ seen: [[Seen]]) -> Double {
    let sums = seen.joined().reduce(into: (cost: 0.0, tokens: 0)) { sum, seen in
      sum.cost += seen.cost
      sum.tokens += seen.scores.rows
    }
    return sums.cost / Double(max(sums.tokens, 1))
  }

  private func routedScores(_ seen: [[Seen]]) -> RoutedScores {
    RoutedScores(
      cost: Self.cost(seen) + routerFraction, predicted: seen.map { $0.map(\.scores) },
      truth: seen.map { $0.compactMap(\.truth) })
  }

  /// Runs all trials; returns what was seen by trial, layer and window.
  ///
  /// Trial `observed` chooses by router predictions, and records the true scores, too.
  private func observe(
    _ sweep: LayerSweep, _ windows: [[Int]], _ trials: [Trial], _ observed: Int?
  ) throws(ModelError) -> [[[Seen]]] {
    var seen = [[[Seen]]](repeating: [], count: trials.count)
    let step = sweep.progress(tokens: trials.count * windows.reduce(0) { $0 + $1.count })
    _ = try sweep.run(windows, phases: [trials.count]) { layer, weights in
      weights.reordered(by: plan.layers[layer].order)
    } feedForward: { call, _ in
      let trial = trials[call.stream]
      return trial.isOracle
        ? runByTruth(call, trial.rule)
        : run(call, trial.rule, recordsTruth: call.stream == observed)
    } finishedLayer: { layer, _, observations in
      for (stream, windows) in observations.enumerated() { seen[stream].append(windows) }
      step.done(layer + 1)
    } record: { writer in
      for layers in seen { writer.put(layers.last ?? []) }
    } restore: { reader in
      for stream in seen.indices { seen[stream].append(reader.take()) }
      step.done(seen.first?.count ?? 0)
    }
    return seen
  }

  private func run(
    _ call: LayerSweep.Call, _ rule: ChoiceRule, recordsTruth: Bool
  ) -> (Matrix, Seen) {
    let experts = experts[call.layer]
    let scores = routers[call.layer].predict(
      target.features(input: call.input, residual: call.residual))
    let choices = rule.choices(scores, costs: experts.costs)
    let routed = RoutedFeedForward(
      call.weights, input: call.input, residual: call.residual, experts: experts,
      choices: choices, price: rule.skippingPrice)
    // Routers predict the errors of experts that skip nothing.
    let truth = recordsTruth ? self.truth(outputs(call, price: nil), call, price: nil) : nil
    let cost = zip(choices, routed.active).reduce(0) {
      $0 + experts.cost(of: $1.0, active: $1.1, price: rule.skippingPrice)
    }
    return (routed.output, Seen(scores: scores, truth: truth, cost: cost))
  }

  private func runByTruth(_ call: LayerSweep.Call, _ rule: ChoiceRule) -> (Matrix, Seen) {
    let experts = experts[call.layer]
    let outputs = outputs(call, price: rule.skippingPrice)
    let scores = truth(outputs, call, price: rule.skippingPrice)
    let choices = rule.choices(scores, costs: experts.costs)
    let cost = choices.enumerated().reduce(0) { sum, choice in
      sum
        + experts.cost(
          of: choice.element, active: outputs.active[choice.element][choice.offset],
          price: rule.skippingPrice)
    }
    return (
      outputs.output(
        choices: choices, compensations: experts.compensations(at: rule.skippingPrice)),
      Seen(scores: scores, truth: nil, cost: cost)
    )
  }

  private func outputs(_ call: LayerSweep.Call, price: Double?) -> ExpertOutputs {
    ExpertOutputs(
      call.weights, input: call.input, experts: experts[call.layer], residual: call.residual,
      price: price)
  }

  private func truth(
    _ outputs: ExpertOutputs, _ call: LayerSweep.Call, price: Double?
  ) -> Matrix {
    outputs.scores(
      target, of: experts[call.layer], price: price, residual: call.residual, join: call.join)
  }
}
