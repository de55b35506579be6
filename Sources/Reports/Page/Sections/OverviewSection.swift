import Architectures
import Checkpoints

/// Header of the page: verdict, warnings, and facts about the model and the output file.
struct OverviewSection {
  let report: PageReport

  func write(to html: inout HTML) {
    html.element("header") { html in
      html.element("p", ["class": "kind"], "Calibration report")
      html.element("h1", report.source.name)
      html.element("p", ["class": "verdict"], Verdict(heldOut: report.heldOut).text)
      if !report.warnings.isEmpty {
        html.element("div", ["class": "warnings", "role": "note", "aria-label": "Warnings"]) {
          html in
          html.element("strong", report.warnings.count == 1 ? "Warning" : "Warnings")
          html.element("ul") { html in
            for warning in report.warnings { html.element("li", warning) }
          }
        }
      }
      html.element("dl", ["class": "facts"]) { html in
        for (name, value) in facts {
          html.element("div") { html in
            html.element("dt", name)
            html.element("dd", value)
          }
        }
        if let massive {
          html.element("div", ["class": "wide"]) { html in
            html.element("dt", "Massive activations")
            html.element("dd", massive)
          }
        }
      }
    }
    html.newline()
  }

  private var facts: [(String, String)] {
    let (source, plan, output) = (report.source, report.plan, report.output)
    var facts = [
      (
        "Model",
        "\(source.family), \(PageText.unbroken(HumanText.parameters(source.parameters))) "
          + "parameters, \(source.layers) layers × \(PageText.unbroken(HumanText.spread(source.neurons.layers))) "
          + "neurons, hidden size \(PageText.count(source.hiddenSize))"
      ), ("Calibration", calibration),
      (
        "Experts",
        "\(plan.experts), recipe \(plan.recipe), ranked by \(plan.importance); \(routing)"
      ),
    ]
    if let sensitive {
      facts.append(("Weights of sensitive layers", sensitive))
    }
    if let heldOut = report.heldOut {
      facts.append(
        (
          "Measured on",
          "\(PageText.count(heldOut.tokens)) held-out tokens in windows of \(heldOut.context), "
            + (report.calibration?.textDigests.contains(heldOut.textDigest) == true
              ? "another part of the same text" : "text \(short(heldOut.textDigest))")
        ))
    }
    facts.append(
      (
        "File",
        "\(output.name), \(PageText.bytes(output.bytes)) from "
          + "\(PageText.bytes(source.bytes)); \(exactness)"
      ))
    return facts
  }

  private var calibration: String {
    if let calibration = report.calibration {
      let texts = calibration.textDigests.prefix(3).map(short).joined(separator: ", ")
      let rest = calibration.textDigests.count > 3 ? " and others" : ""
      return "\(PageText.count(calibration.tokens)) tokens"
        + (texts.isEmpty ? "" : ", text \(texts)\(rest)")
    }
    if let texts = report.matrixTexts {
      return "an importance matrix" + (texts.isEmpty ? "" : " of \(texts.joined(separator: ", "))")
    }
    return "none: ranked by the weights alone"
  }

  private var routing: String {
    let plan = report.plan
    guard let kind = plan.routerKind else { return "no routers" }
    let rank = plan.compensationRank.map { ", compensation of rank \($0)" } ?? ""
    let skipping = plan.skipping.map { ", skipping by the \($0)" } ?? ""
    return "\(kind) routers\(rank)\(skipping)"
  }

  /// Layers whose errors weigh much more than those of others; nil if there are none.
  private var sensitive: String? {
    let layers = report.plan.layers.compactMap { layer in
      layer.sensitivity.map { (number: layer.number, weight: $0) }
    }
    let found = layers.filter { $0.weight >= 2 }.sorted { $0.weight > $1.weight }.prefix(5)
    guard !found.isEmpty else { return nil }
    return found.map { "× \(HumanText.fixed($0.weight, digits: 1)) in layer \($0.number)" }
      .joined(separator: ", ")
  }

  /// Neurons whose loss alone harms predictions, the most harmful ones; nil if none were looked for.
  private var massive: String? {
    guard let found = report.plan.massiveNeurons else { return nil }
    let neurons = found.sorted { $0.divergence > $1.divergence }
    guard !neurons.isEmpty else { return "none among the neurons with the longest contributions" }
    let named = neurons.prefix(3).map { neuron in
      let ratio = HumanText.significant(neuron.ratio, digits: neuron.ratio < 100 ? 2 : 3)
      return "layer \(neuron.layer), neuron \(neuron.neuron): "
        + "\(ratio) × the residual stream at position \(neuron.position); "
        + "\(HumanText.fixed(neuron.divergence, digits: 3)) nats without it"
        + (neuron.expert == 0 ? "" : "; not in experts below \(neuron.expert)")
    }
    let others = neurons.count > 3 ? ["\(neurons.count - 3) more in the report's JSON"] : []
    return (named + others).joined(separator: " · ")
  }

  private var exactness: String {
    if report.output.isOverlay { return "the weights stay in the source" }
    return report.output.recoded == 0
      ? "every bit of the source kept" : "\(report.output.recoded) down projections recoded"
  }

  private func short(_ digest: String) -> String {
    digest.prefix(12) + (digest.count > 12 ? "…" : "")
  }
}
