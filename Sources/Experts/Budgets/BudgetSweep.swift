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

  /// Scores that decided the choices in a window; for the observed run also the true scores.
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

  /// Target costs of the rows, on a scale from the cheapest routed run (0) to the dense model (1).
  package static let places = [0.01, 0.07, 0.15, 0.27, 0.41, 0.57, 0.75, 0.93]

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
    let smallest = costs.reduce(0) { $0 + $1[0] } / Double(costs.count)
    let cheapest = smallest + routerFraction
    guard cheapest < 1 else {
      return Result(table: BudgetTable(smallest: smallest, rows: []), routed: nil)
    }
    let targets = Self.places.map { cheapest + $0 * (1 - cheapest) }
    let routed = CostCurve(target: target, scores: predicted, costs: costs)
    let oracle = CostCurve(target: target, scores: truth, costs: costs)
    let rules =
      targets.map { target.rule(routed.knob(cost: $0 - routerFraction, parallel: parallel)) }
      + targets.map { target.rule(oracle.knob(cost: $0, parallel: parallel)) }
    let observed = targets.indices.min {
      abs(targets[$0] - RoutingQuality.usualBudget) < abs(targets[$1] - RoutingQuality.usualBudget)
    }
    let seen = try observe(
      LayerSweep(model, context, as: stage), windows, rules, observed)
    let knobs = seen.enumerated().map { stream, layers in
      let scores = layers.map { $0.map(\.scores) }
      let isOracle = stream >= targets.count
      let wanted = targets[stream % targets.count] - (isOracle ? 0 : routerFraction)
      return CostCurve(target: target, scores: scores, costs: costs)
        .knob(cost: wanted, parallel: parallel)
    }
    var rows: [BudgetTable.Row] = []
    for (index, wanted) in targets.enumerated() {
      let row = BudgetTable.Row(
        cost: wanted, routed: knobs[index], oracle: knobs[targets.count + index])
      // Thresholds rise with the cost and prices fall; a row that breaks this order is noise.
      if let last = rows.last, !BudgetTable.isMonotone(last, row, target) { continue }
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
    let curve = CostCurve(target: target, scores: predicted, costs: experts.map(\.costs))
    return RoutedScores(
      cost: curve.cost(rule, parallel: parallel) + routerFraction, predicted: predicted,
      truth: seen.map { $0.compactMap(\.truth) })
  }

  /// Runs all rules; returns the scores by rule, layer and window.
  ///
  /// The first half of the rules choose by router predictions, the second half by true scores. Rule
  /// `observed` records both.
  private func observe(
    _ sweep: LayerSweep, _ windows: [[Int]], _ rules: [ChoiceRule], _ observed: Int?
  ) throws(ModelError) -> [[[Seen]]] {
    var seen = [[[Seen]]](repeating: [], count: rules.count)
    let step = sweep.progress(tokens: rules.count * windows.reduce(0) { $0 + $1.count })
    _ = try sweep.run(windows, phases: [rules.count]) { layer, weights in
      weights.reordered(by: plan.layers[layer].order)
    } feedForward: { call, _ in
      let rule = rules[call.stream]
      let experts = experts[call.layer]
      func outputs() -> ExpertOutputs {
        ExpertOutputs(call.weights, input: call.input, widths: experts.widths)
      }
      func truth(_ outputs: ExpertOutputs) -> Matrix {
        outputs.scores(
          target, compensations: experts.compensations, residual: call.residual, join: call.join)
      }
      if call.stream < rules.count / 2 {
        let scores = routers[call.layer].predict(
          target.features(input: call.input, residual: call.residual))
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
