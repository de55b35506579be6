import Architectures
import Calibration
import Checkpoints
import DMOE
import Experts
import Kernels
import Reports
import Running
import Tensors
import Work

enum FunctionCheck: Check {
  static let id = "function"
  static let summary = """
    With every token routed to the full expert, the logits equal those of the dense model (of the \
    source or the base, if given) within 0.0001 of their range.
    """
  static let input: CheckInput? = .text

  static func applies(to subject: CheckSubject) -> Bool {
    subject.text != nil && subject.checkpoint.container != nil
  }

  /// Relative to the range of the logits; a different order of summation changes a few millionths.
  private static let tolerance = 1e-4

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container, let text = subject.text else {
      return .skipped("no text given", missing: .text)
    }
    guard container.holdsDense else {
      return .skipped("the file holds experts 0…\(container.expertsHeld - 1) only")
    }
    guard subject.checkpoint.hasWeights else {
      return .skipped("no base given", missing: .base)
    }
    let model = try Model(subject.checkpoint)
    let dense = try subject.source.map { try Model($0) }
    let tokens = try TextTokens(text, model: model, limit: text.maximumTokens ?? 2048)
    let windows = tokens.windows()
    let experts = try LayerExperts.layers(of: container)
    let sweep = LayerSweep(
      model, parallel: subject.context.parallel, workspace: subject.context.workspace)
    // Both run in one sweep if they share the weights.
    var finished = try sweep.run(windows, streams: dense == nil ? 2 : 1) { call in
      guard call.stream == 0 else { return (output(call), observation: ()) }
      let layer = experts[call.layer]
      let full = [Int](repeating: layer.experts - 1, count: call.input.rows)
      let routed = RoutedFeedForward(
        call.weights, input: call.input, residual: call.residual, experts: layer, choices: full,
        price: nil)
      return (routed.output, observation: ())
    } finishedLayer: { _, _ in
    }
    if let dense {
      finished += try LayerSweep(
        dense, parallel: subject.context.parallel, workspace: subject.context.workspace
      ).run(windows) { call in
        (output(call), observation: ())
      } finishedLayer: { _, _ in
      }
    }
    let ours = try OutputHead(model, parallel: subject.context.parallel)
    let theirs = try OutputHead(dense ?? model, parallel: subject.context.parallel)
    let streams = finished
    let overflows = OverflowWatch()
    let differences = subject.context.parallel.mapLarge(windows.map(\.count)) { window in
      let logits = [
        ours.logits(streams[0].windows[window]), theirs.logits(streams[1].windows[window]),
      ]
      for logits in logits { overflows.look(at: logits, place: window) }
      return LogitDifference(logits[0], logits[1])
    }
    try overflows.check(model, layer: nil, windows: windows.count)
    let range = differences.map(\.range).max() ?? 0
    let largest = (differences.map(\.largest).max() ?? 0) / max(range, .leastNormalMagnitude)
    let share = HumanText.significant(largest, digits: 2)
    let outputs = model.configuration.hasHead ? "logits" : "hidden states"
    let what =
      "\(HumanText.count(tokens.tokens.count)) tokens: \(outputs) differ by at most \(share) of their range"
    // A recoded down projection changes the logits: the difference is reported, not judged.
    if let type = container.directory.sourceTensors.first(where: { !$0.isExact })?.ringType,
      dense != nil, largest >= tolerance, largest.isFinite
    {
      return .skipped(what + "; down is stored as \(type.rawValue)")
    }
    // NaN compares false and fails.
    return largest < tolerance ? .passed(what) : .failed(what)
  }

  @Sendable private static func output(_ call: LayerSweep.Call) -> Matrix {
    call.weights.output(call.weights.hidden(call.input))
  }
}

/// Largest difference between the logits of two models in a window, and the range of the logits.
private struct LogitDifference: Sendable {
  var largest = 0.0
  var range = 0.0

  init(_ ours: Matrix, _ theirs: Matrix) {
    guard let least = theirs.values.min(), let most = theirs.values.max() else { return }
    range = Double(most) - Double(least)
    for (a, b) in zip(ours.values, theirs.values) {
      let difference = abs(Double(a) - Double(b))
      largest = max(largest, difference.isNaN ? .infinity : difference)
    }
  }
}
