import ArgumentParser
import Calibration
import Checkpoints
import Evaluation
import Experts
import JSON
import Reports
import Running

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure what a model keeps, dense, by every expert of a .dmoe, and routed.",
    discussion: """
      The text is cut into windows, each predicted on its own. All variants run in one sweep over the \
      weights. Divergence (KLD) and agreement are measured from dense. routed@budget=0.5 lets the \
      routers choose so that the feed-forward layers cost half, routers included. Beside it stand \
      oracle (by the truth: what choosing by token could give at best; to know it takes the full \
      layer), random (the routers' choices, shuffled) and fixed (as many neurons for every token).

      EXAMPLES
        dynamoe evaluate model.dmoe --text held-out.txt
        dynamoe evaluate model.dmoe --text held-out.txt --variants dense,expert-1
        dynamoe evaluate model.dmoe --text held-out.txt --budget 0.25,0.5,0.75
        dynamoe evaluate model.dmoe --text held-out.txt --variants dense,oracle@budget=0.5
        dynamoe evaluate model/ --text held-out.txt --context 256 --max-tokens 100000
        dynamoe evaluate model/ --tokens ids.jsonl
      """)

  @Argument(help: "A .dmoe, or a checkpoint's file or folder.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Which variants, separated by commas (default: dense, every expert, three budgets).",
      valueName: "names"))
  var variants: String?

  @Option(
    help: ArgumentHelp(
      "Route by these thresholds, separated by commas: a token takes the smallest expert whose "
        + "predicted similarity exceeds it. Files of the recipe dynamoe have this knob.",
      valueName: "list"))
  var threshold: String?

  @Option(
    help: ArgumentHelp(
      "Route at these costs, separated by commas: shares of what the feed-forward layers cost, "
        + "routers included.", valueName: "list"))
  var budget: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let request = try text.requiredRequest()
    let line = common.progressLine
    let parallel = common.parallel
    let model = try Model(
      base.checkpoint(self.model, common, progress: line.progress))
    let evaluator = try Evaluator(
      model: model, parallel: parallel, progress: line.progress, workspace: common.workspace)
    try evaluator.checkPredicts()
    let chosen = try chosenVariants(of: evaluator)
    for case .choosing(.routed, let knob) in chosen { evaluator.warn(of: knob) }
    let tokens = try TextTokens(
      request, model: model, limit: request.maximumTokens ?? TextRequest.defaultHeldOutTokens)
    guard tokens.tokens.count >= tokens.textTokensNeeded else {
      throw CalibrationError.tooShort(
        path: tokens.name, tokens: tokens.tokens.count, needed: tokens.textTokensNeeded,
        purpose: "evaluation")
    }
    line.progress.estimate([
      WorkEstimate(
        model, positions: tokens.tokens.count, streams: chosen.count, withOutput: true,
        parallel: parallel)
    ])
    let result = try evaluator.evaluate(chosen, on: tokens.windows())
    try model.checkpoint.checkUnchanged()
    line.finish()
    if json {
      let document: JSONValue = [
        "model": .string(self.model), "tokens": .int(result.targets),
        "context": .int(tokens.context), "text_sha256": .string("\(tokens.digest)"),
        "variants": .array(result.figures.map { .object($0.document) }),
      ]
      try Console.print(JSONWriter.text(document, layout: .indented))
    } else {
      try Console.print(
        EvaluationText(result, context: tokens.context, name: Escaping.terminal(self.model)).lines)
    }
  }

  /// Variants selected by name or by knob; the usual ones if neither is given.
  private func chosenVariants(of evaluator: Evaluator) throws -> [Variant] {
    let knobs = try self.knobs(of: evaluator)
    guard let variants else {
      guard !knobs.isEmpty else { return evaluator.usualVariants }
      return ([.dense] + knobs.flatMap { evaluator.comparison($0) }).filter(evaluator.canRun)
    }
    var chosen: [Variant] = []
    for name in variants.split(separator: ",").map(String.init) {
      guard let variant = Variant(name: name), evaluator.canRun(variant) else {
        throw EvaluationError.unknownVariant(name, known: evaluator.choices)
      }
      if !chosen.contains(variant) { chosen.append(variant) }
    }
    for variant in knobs.map({ Variant.choosing(.routed, $0) }) where !chosen.contains(variant) {
      chosen.append(variant)
    }
    guard !chosen.isEmpty else { throw ValidationError("--variants: expected at least one name") }
    return chosen
  }

  private func knobs(of evaluator: Evaluator) throws -> [Variant.Knob] {
    let thresholds = try Self.numbers(threshold, option: "--threshold").map(Variant.Knob.threshold)
    let budgets = try Self.numbers(budget, option: "--budget").map(Variant.Knob.budget)
    // The model either has a kind of knob or not: checking one value of each kind suffices.
    for knob in [thresholds.first, budgets.first].compactMap({ $0 }) {
      try evaluator.requireKnob(knob, model: model)
    }
    return thresholds + budgets
  }

  private static func numbers(_ list: String?, option: String) throws -> [Double] {
    guard let list else { return [] }
    var numbers: [Double] = []
    for text in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Double(text), value.isFinite, value >= 0 else {
        throw ValidationError("\(option) \(list): expected numbers of at least 0")
      }
      if !numbers.contains(value) { numbers.append(value) }
    }
    return numbers
  }
}
