import DMOE
import Experts
import Kernels
import Models

/// The streams in which variants run side by side, and what each does in a layer.
struct VariantStreams: Sendable {
  /// What one window used of a layer.
  struct Use: Sendable {
    /// Over all tokens.
    let neurons: Int
    /// An expert for each token; none where it was not chosen.
    let choices: [Int]
  }

  /// The variants, those first that need not know what the routers choose.
  let variants: [Variant]
  private let independent: Int
  /// For each layer the widths of its experts; empty where the model has none.
  private let widths: [[Int]]
  /// A router for each layer; empty where there are none.
  private let routers: [Router]

  /// What random and fixed variants are compared with runs too, whether or not it is asked for.
  init(_ wanted: [Variant], widths: [[Int]], routers: [Router]) {
    var first: [Variant] = []
    var second: [Variant] = []
    for variant in wanted {
      switch variant {
      case .choosing(.random, let threshold), .choosing(.fixed, let threshold):
        let routed = Variant.routed(threshold: threshold)
        if !first.contains(routed) { first.append(routed) }
        if !second.contains(variant) { second.append(variant) }
      case .dense, .expert, .choosing(.routed, _), .choosing(.oracle, _):
        if !first.contains(variant) { first.append(variant) }
      }
    }
    variants = first + second
    independent = first.count
    self.widths = widths
    self.routers = routers
  }

  var phases: [Int] { [independent, variants.count - independent] }

  /// The output of a layer, and what was used of it.
  func run(_ call: LayerSweep.Call, earlier: [[Use]]) -> (output: Matrix, observation: Use) {
    switch variants[call.stream] {
    case .dense: return first(call.weights.neurons, of: call)
    case .expert(let expert): return first(widths[call.layer][expert], of: call)
    case .choosing(.oracle, let threshold):
      let outputs = ExpertOutputs(
        call.weights, input: call.input, widths: widths[call.layer])
      let choices = outputs.similarities().map {
        Difficulty.expert(similarities: $0, threshold: threshold)
      }
      return (outputs.output(choices: choices), use(choices, call))
    case .choosing(.routed, let threshold):
      return chosen(routers[call.layer].choices(call.input, threshold: threshold), call)
    case .choosing(.random, let threshold):
      let routed = routedUse(threshold, earlier).map(\.choices)
      let shuffled = ShuffledChoices.shuffled(routed, seed: UInt64(call.layer))
      return chosen(shuffled[call.window], call)
    case .choosing(.fixed, let threshold):
      let routed = routedUse(threshold, earlier)
      let tokens = routed.reduce(0) { $0 + $1.choices.count }
      let neurons = routed.reduce(0) { $0 + $1.neurons }
      return first(max((2 * neurons + tokens) / (2 * tokens), 1), of: call)
    }
  }

  /// What the routed run at this threshold used of the layer, window by window.
  private func routedUse(_ threshold: Double, _ earlier: [[Use]]) -> [Use] {
    earlier[variants.firstIndex(of: .routed(threshold: threshold)) ?? 0]
  }

  private func first(
    _ neurons: Int, of call: LayerSweep.Call
  ) -> (output: Matrix, observation: Use) {
    let hidden = call.weights.hidden(call.input, neurons: neurons)
    let use = Use(neurons: neurons * call.input.rows, choices: [])
    return (call.weights.output(hidden), use)
  }

  private func chosen(
    _ choices: [Int], _ call: LayerSweep.Call
  ) -> (output: Matrix, observation: Use) {
    let output = RoutedFeedForward.output(
      call.weights, input: call.input, widths: widths[call.layer], choices: choices)
    return (output, use(choices, call))
  }

  private func use(_ choices: [Int], _ call: LayerSweep.Call) -> Use {
    Use(neurons: choices.reduce(0) { $0 + widths[call.layer][$1] }, choices: choices)
  }
}
