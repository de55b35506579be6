import Architectures
import ByteIO
package import Checkpoints
package import Kernels
import Running
package import Work

/// Finds the knobs that lead to costs, by running the routed model on windows kept from all fits.
///
/// What layers see depends on what the routed layers before them gave: choices on dense activations
/// alone would miss the wanted costs.
package struct BudgetCalibration: Sendable {
  package let aim: RouterAim
  package let plan: ExpertPlan
  package let experts: [LayerExperts]
  package let routers: [Router]
  /// The parameters of the routers over those of the feed-forward layers.
  package let routerFraction: Double

  package init(
    aim: RouterAim, plan: ExpertPlan, experts: [LayerExperts], routers: [Router],
    routerFraction: Double
  ) {
    self.aim = aim
    self.plan = plan
    self.experts = experts
    self.routers = routers
    self.routerFraction = routerFraction
  }

  package struct Result: Sendable {
    package let table: BudgetTable
    /// Of the run that cost about ``RoutingQuality/usualBudget``; nil where routing cannot pay.
    package let routed: RoutedScores?

    package init(table: BudgetTable, routed: RoutedScores?) {
      self.table = table
      self.routed = routed
    }
  }

  /// What decided in a window, and for the run that is looked at what should have.
  private struct Seen: Sendable, Recordable {
    let scores: Matrix
    let truth: Matrix?

    init(scores: Matrix, truth: Matrix?) {
      self.scores = scores
      self.truth = truth
    }

    func record(to writer: inout RecordWriter) {
      writer.put(scores)
      writer.put(truth)
    }

    init(from reader: inout RecordReader) {
      scores = reader.take()
      truth = reader.take()
    }
  }

  /// Where between the cheapest routed run and dense the rows of the table lie.
  private static let places = [0.01, 0.07, 0.15, 0.27, 0.41, 0.57, 0.75, 0.93]

  /// Measures the table in one sweep in which all rows run side by side, and looks closely at one.
  ///
  /// - Parameters:
  ///   - model: the dense checkpoint.
  ///   - windows: that no fit has seen.
  ///   - predicted: for each layer and window what the routers predict on the dense model's states.
  ///   - truth: the same as it truly is.
  ///   - parallel: the loop.
  ///   - progress: told of layers.
  ///   - workspace: for hidden states.
  /// - Returns: the table, without rows where routers alone cost as much as the dense model.
  /// - Throws: what reading the model throws.
  package func run(
    _ model: Model, windows: [[Int]], predicted: [[Matrix]], truth: [[Matrix]],
    parallel: Parallel, progress: Progress, workspace: Workspace = Workspace()
  ) throws(ModelError) -> Result {
    let costs = experts.map(\.costs)
    let smallest = costs.reduce(0) { $0 + $1[0] } / Double(costs.count)
    let cheapest = smallest + routerFraction
    guard cheapest < 1 else {
      return Result(table: BudgetTable(smallest: smallest, rows: []), routed: nil)
    }
    let targets = Self.places.map { cheapest + $0 * (1 - cheapest) }
    let routed = CostCurve(aim: aim, scores: predicted, costs: costs)
    let oracle = CostCurve(aim: aim, scores: truth, costs: costs)
    let rules =
      targets.map { aim.rule(routed.knob(cost: $0 - routerFraction, parallel: parallel)) }
      + targets.map { aim.rule(oracle.knob(cost: $0, parallel: parallel)) }
    let observed = targets.indices.min {
      abs(targets[$0] - RoutingQuality.usualBudget) < abs(targets[$1] - RoutingQuality.usualBudget)
    }
    let seen = try observe(model, windows, rules, observed, parallel, progress, workspace)
    let knobs = seen.enumerated().map { stream, layers in
      let scores = layers.map { $0.map(\.scores) }
      let isOracle = stream >= targets.count
      let target = targets[stream % targets.count] - (isOracle ? 0 : routerFraction)
      return CostCurve(aim: aim, scores: scores, costs: costs)
        .knob(cost: target, parallel: parallel)
    }
    var rows: [BudgetTable.Row] = []
    for (index, target) in targets.enumerated() {
      let row = BudgetTable.Row(
        cost: target, routed: knobs[index], oracle: knobs[targets.count + index])
      // What costs more has a higher threshold, or a lower price: a row that says otherwise is noise.
      if let last = rows.last, !BudgetTable.isMonotone(last, row, aim) { continue }
      rows.append(row)
    }
    return Result(
      table: BudgetTable(smallest: smallest, rows: rows),
      routed: observed.map { routedScores(seen[$0], rules[$0], parallel) })
  }

  private func routedScores(
    _ seen: [[Seen]], _ rule: ChoiceRule, _ parallel: Parallel
  ) -> RoutedScores {
    let predicted = seen.map { $0.map(\.scores) }
    let curve = CostCurve(aim: aim, scores: predicted, costs: experts.map(\.costs))
    return RoutedScores(
      cost: curve.cost(rule, parallel: parallel) + routerFraction, predicted: predicted,
      truth: seen.map { $0.compactMap(\.truth) })
  }

  /// For each rule, layer and window what was seen.
  ///
  /// The first half of the rules go by the routers, the second by the truth; `observed` is the one for
  /// which both are wanted.
  private func observe(
    _ model: Model, _ windows: [[Int]], _ rules: [ChoiceRule], _ observed: Int?,
    _ parallel: Parallel, _ progress: Progress, _ workspace: Workspace
  ) throws(ModelError) -> [[[Seen]]] {
    let layers = model.configuration.layers
    let phase = "Setting budgets"
    var seen = [[[Seen]]](repeating: [], count: rules.count)
    let step = progress.layers(
      phase, of: layers, tokens: rules.count * windows.reduce(0) { $0 + $1.count })
    _ = try LayerSweep(
      model, parallel: parallel, workspace: workspace, phase: "budgets"
    ).run(windows, phases: [rules.count]) { layer, weights in
      weights.reordered(by: plan.layers[layer].order)
    } feedForward: { call, _ in
      let rule = rules[call.stream]
      let experts = experts[call.layer]
      func outputs() -> ExpertOutputs {
        ExpertOutputs(call.weights, input: call.input, widths: experts.widths)
      }
      func truth(_ outputs: ExpertOutputs) -> Matrix {
        outputs.scores(
          aim, compensations: experts.compensations, residual: call.residual, join: call.join)
      }
      if call.stream < rules.count / 2 {
        let scores = routers[call.layer].predict(
          aim.features(input: call.input, residual: call.residual))
        let output = RoutedFeedForward.output(
          call.weights, input: call.input, experts: experts,
          choices: rule.choices(scores, costs: experts.costs))
        return (
          output, Seen(scores: scores, truth: call.stream == observed ? truth(outputs()) : nil)
        )
      }
      let outputs = outputs()
      let scores = truth(outputs)
      let output = outputs.output(
        choices: rule.choices(scores, costs: experts.costs),
        compensations: experts.compensations)
      return (output, Seen(scores: scores, truth: nil))
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
}
