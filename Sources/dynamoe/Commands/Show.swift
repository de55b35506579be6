import ArgumentParser
import ByteIO
import Checkpoints
import DMOE
import Evaluation
import JSON
import Pipelines
import Reports

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a text, each token shaded by the width of the experts that the routers choose.",
    discussion: """
      The darker a token, the wider its experts, on average over the layers. Without colour, the \
      digit below a token is that width in tenths. A character made of several tokens has the \
      shade of the last one; a line break is shown as ↵.

      EXAMPLES
        dynamoe show model.dmoe --text poem.txt
        dynamoe show model.dmoe --text poem.txt --budget 0.35
        echo "The mitochondria is the powerhouse of the cell." | dynamoe show model.dmoe --text -
        dynamoe show model.dmoe --text poem.txt --threshold 0.8
        dynamoe show model.dmoe --text poem.txt --color always | less -R
        dynamoe show model.dmoe --text poem.txt --json
      """)

  @Argument(help: "A .dmoe with routers.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Budget to route at: a fraction of the cost of the feed-forward layers for one token, "
        + "routers included (default: 0.5).", valueName: "f"))
  var budget: Double?

  @Option(
    help: ArgumentHelp(
      "The same for windows of tokens, in which experts skip no neurons.", valueName: "f"))
  var windowBudget: Double?

  @Option(
    help: ArgumentHelp(
      "Route by this similarity threshold instead. Only for files of the recipe dynamoe.",
      valueName: "θ"))
  var threshold: Double?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  private static let usualBudget = 0.5
  private static let usualColumns = 80

  func validate() throws {
    let knobs = [
      ("--budget", budget), ("--window-budget", windowBudget), ("--threshold", threshold),
    ].compactMap { option, value in value.map { (option, $0) } }
    guard knobs.count <= 1 else {
      throw ValidationError("\(knobs[0].0) and \(knobs[1].0) exclude each other")
    }
    for (option, value) in knobs {
      guard value.isFinite, value >= 0 else {
        throw ValidationError("\(option) \(value): expected a number of at least 0")
      }
    }
  }

  private var knob: Variant.Knob {
    threshold.map { .threshold($0) } ?? windowBudget.map { .window($0) }
      ?? .budget(budget ?? Self.usualBudget)
  }

  func run() throws {
    let request = try text.requiredRequest()
    let line = common.progressLine
    let checkpoint = try base.checkpoint(model, common, line)
    let showing = try ShowRun(checkpoint, common.context(line))
    try showing.evaluator.requireKnob(knob, model: model)
    showing.evaluator.warn(of: knob)
    let tokens = try showing.run(knob, on: request)
    line.finish()
    try Console.print(
      json
        ? [JSONWriter.text(document(of: tokens), layout: .indented)]
        : lines(of: tokens, isSkipping: skips(checkpoint)))
  }

  /// Whether the knob makes experts skip neurons for each token.
  private func skips(_ checkpoint: Checkpoint) -> Bool {
    guard case .budget = knob else { return false }
    return checkpoint.container?.directory.routing?.skips == true
  }

  private func lines(of tokens: [Passage.Token], isSkipping: Bool) -> [String] {
    let style = common.style
    let shaded = ShadedText(tokens, columns: StandardOutput.terminalColumns ?? Self.usualColumns)
    let scale = (0..<Shades.tenths).map { Shades.shade(" \($0) ", $0) }.joined()
    let legend =
      style.isColoured
      ? "Mean width of a token's experts, in tenths of a layer: \(scale)"
      : "Below each token: the mean width of its experts, in tenths of a layer"
    let knobText =
      switch knob {
      case .budget(let budget): "budget \(budget)"
      case .window(let budget): "window budget \(budget)"
      case .threshold(let threshold): "threshold \(threshold)"
      }
    return [
      "\(Escaping.terminal(model)): \(HumanText.count(tokens.count)) tokens at \(knobText), "
        + "mean width \(HumanText.percent(Self.meanWidth(tokens)))"
        + (isSkipping ? ", of which gates skip a part" : ""),
      "",
    ] + (style.isColoured ? shaded.coloured : shaded.plain) + ["", legend]
  }

  private func document(of tokens: [Passage.Token]) -> JSONValue {
    var values: (budget: Double?, window: Double?, threshold: Double?) = (nil, nil, nil)
    switch knob {
    case .budget(let budget): values.budget = budget
    case .window(let budget): values.window = budget
    case .threshold(let threshold): values.threshold = threshold
    }
    return [
      "model": .string(model), "budget": JSONValue(values.budget),
      "window_budget": JSONValue(values.window),
      "threshold": JSONValue(values.threshold), "mean_width": .double(Self.meanWidth(tokens)),
      "tokens": .array(tokens.map(\.document)),
    ]
  }

  private static func meanWidth(_ tokens: [Passage.Token]) -> Double {
    tokens.reduce(0) { $0 + $1.meanWidth } / Double(tokens.count)
  }
}
