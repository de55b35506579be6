import ArgumentParser
import Calibration
import Evaluation
import Experts
import JSON
import Models
import Reports

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the perplexity of a model, and of every expert of a .dmoe.",
    discussion: """
      The text is cut into windows, each predicted on its own. All variants run in one sweep over the \
      weights. Divergence (KLD) and agreement are measured from dense. oracle@0.8 gives every token the \
      smallest expert whose output is similar to the full one by more than 0.8: what choosing by \
      token could give at best. It is a measure, not a way to run: to know it takes the full layer.

      EXAMPLES
        dynamoe evaluate model.dmoe --text held-out.txt
        dynamoe evaluate model.dmoe --text held-out.txt --variants dense,expert-1
        dynamoe evaluate model.dmoe --text held-out.txt --variants dense,oracle@0.8
        dynamoe evaluate model/ --text held-out.txt --context 256 --max-tokens 100000
      """)

  @Argument(help: "A .dmoe, or a checkpoint's file or folder.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Which variants, separated by commas (default: dense and every expert).",
      valueName: "names"))
  var variants: String?

  @Option(
    help: ArgumentHelp(
      "Route by these thresholds, separated by commas: a token takes the smallest expert whose "
        + "predicted similarity exceeds it.", valueName: "list"))
  var threshold: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let request = try text.requiredRequest()
    let model = try Model(path: self.model)
    let line = common.progressLine
    let parallel = common.parallel
    let routers = try model.checkpoint.container.map { try Router.routers(of: $0) } ?? []
    let evaluator = Evaluator(
      model: model, routers: routers, parallel: parallel, progress: line.progress)
    let chosen = try chosenVariants(of: evaluator)
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

  /// By name, or dense with all that a threshold compares, or everything without a knob.
  private func chosenVariants(of evaluator: Evaluator) throws -> [Variant] {
    let thresholds = try self.thresholds(of: evaluator)
    guard let variants else {
      guard !thresholds.isEmpty else { return evaluator.variants }
      return [.dense]
        + thresholds.flatMap { threshold in
          Variant.Chooser.allCases.map { .choosing($0, threshold: threshold) }
        }
    }
    var chosen: [Variant] = []
    for name in variants.split(separator: ",").map(String.init) {
      guard let variant = Variant(name: name), evaluator.canRun(variant) else {
        throw EvaluationError.unknownVariant(name, known: evaluator.choices)
      }
      if !chosen.contains(variant) { chosen.append(variant) }
    }
    for variant in thresholds.map({ Variant.routed(threshold: $0) })
    where !chosen.contains(variant) {
      chosen.append(variant)
    }
    guard !chosen.isEmpty else { throw ValidationError("--variants: expected at least one name") }
    return chosen
  }

  private func thresholds(of evaluator: Evaluator) throws -> [Double] {
    guard let threshold else { return [] }
    guard !evaluator.routers.isEmpty else {
      throw ValidationError(
        "--threshold: \(model) has no routers; make them with: dynamoe partition --router mlp")
    }
    return try threshold.split(separator: ",", omittingEmptySubsequences: false).map { text in
      guard let value = Double(text), value.isFinite, value >= 0 else {
        throw ValidationError("--threshold \(threshold): expected numbers of at least 0")
      }
      return value
    }
  }
}
