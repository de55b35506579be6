import ArgumentParser
import Evaluation
import JSON
import Pipelines
import Reports

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the quality and cost of a model: dense, with each expert, and routed.",
    discussion: """
      The text is cut into windows, each predicted on its own. All variants run in one sweep over \
      the weights. expert-1 is measured as export writes it, its down projections refitted if the \
      file holds calibration tokens; expert-1@bare has them as they are. Divergence (KLD) and \
      agreement are relative to dense. routed@budget=0.5 routes so that the feed-forward layers, \
      routers included, cost half of dense for one token, which reads of an expert only the neurons \
      that matter to it; routed@window=0.5 so that they do for tokens that run together, with all \
      neurons of their experts. The baselines are \
      oracle (chooses by the true scores, which takes the full layer: the best that routing could \
      do), random (the routers' choices, shuffled over the tokens) and fixed (the same number of \
      neurons for every token). tokens/s covers the layers only, without the output head.

      EXAMPLES
        dynamoe evaluate model.dmoe --text held-out.txt
        dynamoe evaluate model.dmoe --text held-out.txt --variants dense,expert-1
        dynamoe evaluate model.dmoe --text held-out.txt --budget 0.25,0.5,0.75
        dynamoe evaluate model.dmoe --text held-out.txt --window-budget 0.5
        dynamoe evaluate model.dmoe --text held-out.txt --variants dense,oracle@budget=0.5
        dynamoe evaluate model/ --text held-out.txt --context 256 --max-tokens 100000
        dynamoe evaluate model/ --tokens ids.jsonl
      """)

  @Argument(help: "A .dmoe, or a checkpoint's file or folder.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Variants to run, separated by commas (default: dense, every expert, three budgets).",
      valueName: "names"))
  var variants: String?

  @Option(
    help: ArgumentHelp(
      "Thresholds to route by, separated by commas: a token gets the smallest expert whose "
        + "predicted similarity exceeds the threshold. Only for files of the recipe dynamoe.",
      valueName: "list"))
  var threshold: String?

  @Option(
    help: ArgumentHelp(
      "Budgets to route at, separated by commas: fractions of the cost of the feed-forward layers "
        + "for one token, routers included.", valueName: "list"))
  var budget: String?

  @Option(
    help: ArgumentHelp(
      "The same for windows of tokens, in which experts skip no neurons.", valueName: "list"))
  var windowBudget: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var products: PrecisionOption
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let request = try text.requiredRequest()
    let line = common.progressLine
    let evaluation = try EvaluateRun(
      base.checkpoint(model, common, line), in: products.precision, common.context(line))
    let chosen = try evaluation.variants(
      named: variants?.split(separator: ",").map(String.init),
      knobs: knobs(of: evaluation.evaluator))
    guard !chosen.isEmpty else { throw ValidationError("--variants: expected at least one name") }
    for case .choosing(.routed, let knob) in chosen { evaluation.evaluator.warn(of: knob) }
    let measured = try evaluation.run(chosen, on: request)
    let result = measured.result
    line.finish()
    if json {
      let document: JSONValue = [
        "model": .string(self.model), "tokens": .int(result.targets),
        "context": .int(measured.context), "text_sha256": .string("\(measured.textDigest)"),
        "variants": .array(result.figures.map { .object($0.document) }),
      ]
      try Console.print(JSONWriter.text(document, layout: .indented))
    } else {
      try Console.print(
        EvaluationText(result, context: measured.context, name: Escaping.terminal(self.model)).lines
      )
    }
  }

  private func knobs(of evaluator: Evaluator) throws -> [Variant.Knob] {
    let thresholds = try Self.numbers(threshold, option: "--threshold").map(Variant.Knob.threshold)
    let budgets = try Self.numbers(budget, option: "--budget").map(Variant.Knob.budget)
    let windows = try Self.numbers(windowBudget, option: "--window-budget")
      .map(Variant.Knob.window)
    // The model either has a kind of knob or not: checking one value of each kind suffices.
    for knob in [thresholds.first, budgets.first, windows.first].compactMap({ $0 }) {
      try evaluator.requireKnob(knob, model: model)
    }
    return thresholds + budgets + windows
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
