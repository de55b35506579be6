import DMOE
import Experts
import Kernels
import Running

/// Residual streams of variants that run side by side, and their work in each layer.
struct VariantStreams: Sendable {
  private static let sampleCount = 4

  /// Variants in the order in which they run; those that reuse the routers' choices come last.
  let variants: [Variant]
  private let independent: Int
  /// Experts of each layer; empty if the model has none.
  private let experts: [LayerExperts]
  /// H of the mean layer.
  private let meanNeurons: Double
  private let routing: Routing?
  /// Rules of the variants that choose experts.
  private let rules: [Variant: ChoiceRule]

  /// Adds the routed runs that random and fixed variants depend on, if they are not requested.
  init(
    _ wanted: [Variant], experts: [LayerExperts], meanNeurons: Double, routing: Routing?
  ) {
    var first: [Variant] = []
    var second: [Variant] = []
    for variant in wanted {
      switch variant {
      case .choosing(.random, let knob), .choosing(.fixed, let knob):
        if !first.contains(.choosing(.routed, knob)) { first.append(.choosing(.routed, knob)) }
        if !second.contains(variant) { second.append(variant) }
      case .dense, .expert, .bare, .choosing(.routed, _), .choosing(.oracle, _):
        if !first.contains(variant) { first.append(variant) }
      }
    }
    variants = first + second
    independent = first.count
    self.experts = experts
    self.meanNeurons = meanNeurons
    self.routing = routing
    rules = Dictionary(
      first.compactMap { variant in
        Self.rule(variant, routing, experts: experts.first?.experts ?? 1).map { (variant, $0) }
      }, uniquingKeysWith: { rule, _ in rule })
  }

  var phases: [Int] { [independent, variants.count - independent] }

  private static func rule(_ variant: Variant, _ routing: Routing?, experts: Int) -> ChoiceRule? {
    guard case .choosing(let chooser, let knob) = variant else { return nil }
    switch knob {
    case .threshold(let threshold): return .threshold(threshold)
    case .budget(let budget):
      guard let routing, let budgets = routing.budgets else { return nil }
      return budgets.rule(
        budget: budget, target: routing.target, experts: experts, isOracle: chooser == .oracle)
    case .window(let budget):
      guard let routing, let budgets = routing.budgets else { return nil }
      return budgets.rule(windowBudget: budget, target: routing.target, experts: experts)
    }
  }

  /// Whether a variant uses the routers.
  func usesRouters(_ variant: Variant) -> Bool {
    guard case .choosing(let chooser, let knob) = variant, chooser == .routed || chooser == .random,
      let rule = rules[.choosing(.routed, knob)]
    else { return false }
    if case .always = rule { return false }
    return true
  }

  /// Computes the output of a layer and meters what it used.
  func run(_ call: LayerSweep.Call, earlier: [[Use]]) -> (output: Matrix, observation: Use) {
    let started = ContinuousClock.now
    var (output, use) = work(call, earlier)
    // All threads that share the work are busy for the elapsed time.
    use.seconds =
      (ContinuousClock.now - started) / .seconds(1) * Double(Parallel.within.threads)
    use.positions = call.input.rows
    if call.window == 0 {
      use.samples = (0..<min(Self.sampleCount, call.input.rows)).map { sample in
        let row = [sample * call.input.rows / Self.sampleCount]
        return Sample(
          input: call.input.gatherRows(row[...]), residual: call.residual.gatherRows(row[...]),
          join: call.join)
      }
    }
    return (output, use)
  }

  /// Mean time of a layer for one position alone, on one thread; nil if it means nothing.
  func singleSeconds(
    _ stream: Int, layer: Int, _ weights: FeedForwardWeights, _ uses: [[Use]]
  ) -> Double? {
    switch variants[stream] {
    case .choosing(.oracle, _), .choosing(.random, _): return nil
    case .dense, .expert, .bare, .choosing(.routed, _), .choosing(.fixed, _): break
    }
    let samples = uses[stream].first?.samples ?? []
    guard !samples.isEmpty else { return nil }
    let started = ContinuousClock.now
    for sample in samples {
      _ = work(
        LayerSweep.Call(
          layer: layer, stream: stream, window: 0, input: sample.input,
          residual: sample.residual, join: sample.join, weights: weights), uses)
    }
    return (ContinuousClock.now - started) / .seconds(1) / Double(samples.count)
  }

  private func work(
    _ call: LayerSweep.Call, _ earlier: [[Use]]
  ) -> (output: Matrix, observation: Use) {
    let variant = variants[call.stream]
    switch variant {
    case .dense: return first(call.weights.neurons, of: call)
    case .expert(let expert), .bare(let expert):
      return first(experts[call.layer].widths[expert], of: call)
    case .choosing(.oracle, _): return oracle(rules[variant] ?? .always(0), call)
    case .choosing(.routed, _): return routed(rules[variant] ?? .always(0), call)
    case .choosing(.random, let knob):
      let routed = routedUse(knob, earlier).map(\.choices)
      let shuffled = ShuffledChoices.shuffled(routed, seed: UInt64(call.layer))
      return chosen(shuffled[call.window], by: rules[.choosing(.routed, knob)], call)
    case .choosing(.fixed, let knob):
      let routed = routedUse(knob, earlier)
      let tokens = routed.reduce(0) { $0 + $1.choices.count }
      let neurons = routed.reduce(0) { $0 + $1.neurons }
      return first(max(Int((neurons / Double(tokens)).rounded()), 1), of: call)
    }
  }

  /// Use of the layer by the routed run with this knob, for each window.
  private func routedUse(_ knob: Variant.Knob, _ earlier: [[Use]]) -> [Use] {
    earlier[variants.firstIndex(of: .choosing(.routed, knob)) ?? 0]
  }

  private func oracle(
    _ rule: ChoiceRule, _ call: LayerSweep.Call
  ) -> (output: Matrix, observation: Use) {
    let experts = experts[call.layer]
    // Without routers, thresholds apply to the similarity.
    let target = routing?.target ?? .similarity
    let outputs = ExpertOutputs(
      call.weights, input: call.input, experts: experts, residual: call.residual,
      price: rule.skippingPrice)
    let scores = outputs.scores(
      target, of: experts, price: rule.skippingPrice, residual: call.residual, join: call.join)
    let choices = rule.choices(scores, costs: experts.costs)
    let active = choices.enumerated().map { outputs.active[$0.element][$0.offset] }
    let output = outputs.output(
      choices: choices, compensations: experts.compensations(at: rule.skippingPrice))
    return (output, use(choices, active, rule, call))
  }

  private func routed(
    _ rule: ChoiceRule, _ call: LayerSweep.Call
  ) -> (output: Matrix, observation: Use) {
    if case .always(let expert) = rule {
      return chosen([Int](repeating: expert, count: call.input.rows), by: rule, call)
    }
    guard let routing else { preconditionFailure("no routers") }
    let scores = routing.predict(layer: call.layer, input: call.input, residual: call.residual)
    return chosen(rule.choices(scores, costs: experts[call.layer].costs), by: rule, call)
  }

  private func first(
    _ neurons: Int, of call: LayerSweep.Call
  ) -> (output: Matrix, observation: Use) {
    let hidden = call.weights.hidden(call.input, neurons: neurons)
    let tokens = Double(call.input.rows)
    let cost = Double(neurons) / meanNeurons * tokens
    let use = Use(neurons: Double(neurons) * tokens, cost: cost, windowCost: cost, choices: [])
    return (call.weights.output(hidden), use)
  }

  private func chosen(
    _ choices: [Int], by rule: ChoiceRule?, _ call: LayerSweep.Call
  ) -> (output: Matrix, observation: Use) {
    let routed = RoutedFeedForward(
      call.weights, input: call.input, residual: call.residual, experts: experts[call.layer],
      choices: choices, price: rule?.skippingPrice)
    return (routed.output, use(choices, routed.active, rule, call))
  }

  private func use(
    _ choices: [Int], _ active: [Int], _ rule: ChoiceRule?, _ call: LayerSweep.Call
  ) -> Use {
    let experts = experts[call.layer]
    let maps = experts.compensations(at: rule?.skippingPrice).count
    let compensated = choices.count { $0 < maps }
    var (neurons, cost) = (0.0, 0.0)
    for (expert, active) in zip(choices, active) {
      neurons += experts.neuronsRead(of: expert, active: active)
      cost += experts.cost(of: expert, active: active, price: rule?.skippingPrice)
    }
    return Use(
      neurons: neurons, cost: cost,
      windowCost: choices.reduce(0) { $0 + experts.costs.inWindow[$1] }, choices: choices,
      compensated: compensated)
  }
}
