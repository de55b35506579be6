import Evaluation
import Reports

/// The figures of variants as a table.
struct EvaluationText {
  let lines: [String]

  init(_ result: Evaluator.Result, context: Int, name: String) {
    let dense = result.figures.first { $0.variant == .dense }?.perplexity
    var table = TextTable([
      ("variant", .left), ("perplexity", .right), ("", .right), ("FFN", .right),
      ("mean KLD", .right), ("same top p", .right), ("tokens/s", .right),
    ])
    for figures in result.figures {
      let ratio = dense.map { "× \(HumanText.fixed(figures.perplexity / $0, digits: 3))" }
      table.add([
        figures.variant.name,
        HumanText.fixed(figures.perplexity, digits: 3)
          + " ± " + HumanText.fixed(figures.perplexityError, digits: 3),
        ratio ?? "", HumanText.percent(figures.costFraction),
        figures.meanKLD.map { HumanText.fixed($0, digits: 4) } ?? "–",
        figures.sameTopP.map { HumanText.fixed(100 * $0, digits: 1) + " %" } ?? "–",
        figures.tokensPerSecond.map { HumanText.fixed($0, digits: 0) } ?? "–",
      ])
    }
    lines =
      ["\(name): \(HumanText.count(result.targets)) tokens in windows of \(context)", ""]
      + table.lines()
  }
}
