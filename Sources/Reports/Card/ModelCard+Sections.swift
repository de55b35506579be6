import Architectures
import DMOE

extension ModelCard {
  var introduction: [String] {
    let full = HumanText.spread(directory.model.neurons.layers)
    guard !isDense else {
      return [
        "# \(Markdown.code(folder))", "",
        "All tensors of \(base), restored bit for bit from the nested experts into which its "
          + "feed-forward layers were split. It is identical to the base model.",
      ]
    }
    return [
      "# \(Markdown.code(folder))", "",
      "A smaller model cut out of \(base): of the \(full) neurons of each feed-forward layer it has "
        + "the \(width) most important (\(share)). "
        + (isRefitted
          ? "Their down projections were fitted anew on calibration text, layer by layer, to repair "
            + "much of what the missing neurons did; every other weight equals the base model's, bit "
            + "for bit. "
          : "Nothing was trained or rounded: every weight equals the base model's, bit for bit. ")
        + (isDeciLM && isMixed
          ? "Widths differ between layers, and are described in the form of DeciLM (Nemotron-NAS)."
          : "It runs wherever the base model's architecture does."),
    ]
  }

  var figures: [String] {
    let heading = ["## Figures", ""]
    let parameters = [sourceSize, size].map { HumanText.parameters($0.parameters) }
    let bytes = [sourceSize, size].map { HumanText.bytes($0.bytes) }
    let full = HumanText.spread(directory.model.neurons.layers)
    var rows = [
      ["", "base model", "this model"],
      ["neurons of a feed-forward layer", full, width],
      ["feed-forward parameters in use (cost fraction)", "100 %", share],
      ["parameters", parameters[0], parameters[1]],
      ["bytes of weights", bytes[0], bytes[1]],
    ]
    guard let heldOut = report?.heldOut,
      let dense = heldOut.runs(.dense).first, let run = run(heldOut)
    else {
      return heading + Markdown.table(rows)
        + [
          "",
          report == nil
            ? "Its quality was not measured: there is no report of the conversion."
            : "Its quality was not measured: the report of the conversion has no figures of it.",
        ]
    }
    rows.append(
      ["perplexity", HumanText.fixed(dense.perplexity, digits: 3)]
        + [HumanText.fixed(run.perplexity, digits: 3)])
    if let ratio = run.ratio {
      let error = run.ratioError.map { " ± \(HumanText.fixed($0, digits: 3))" } ?? ""
      rows.append(["perplexity / base model's", "1", HumanText.fixed(ratio, digits: 3) + error])
    }
    if let mean = run.meanKLD {
      rows.append(["mean KL divergence from the base model", "0", HumanText.fixed(mean, digits: 4)])
    }
    if let same = run.sameTopP {
      rows.append(
        ["same most probable token", "100 %", HumanText.fixed(100 * same, digits: 1) + " %"])
    }
    return heading + Markdown.table(rows) + ["", measured(heldOut)]
  }

  /// Run of the model that the folder holds.
  private func run(_ heldOut: PageHeldOut) -> PageHeldOut.Run? {
    guard !isDense else { return heldOut.runs(.dense).first }
    let name = "expert-\(expert ?? 0)"
    return heldOut.runs.first {
      ($0.name == name || $0.name == name + "@bare") && $0.isRefitted == isRefitted
    }
  }

  /// Sentence that describes the text behind the figures.
  func measured(_ heldOut: PageHeldOut) -> String {
    "Measured on \(HumanText.count(heldOut.tokens)) tokens that were not used to rank the neurons, in "
      + "windows of \(HumanText.count(heldOut.context)), of a text with the SHA-256 "
      + "\(Markdown.code(heldOut.textDigest)). Figures on other text differ."
  }

  var origin: [String] {
    let model = directory.model
    var rows = [["", ""]]
    let shape =
      "\(Markdown.code(model.family)), \(HumanText.count(model.layers)) layers × "
      + "\(HumanText.spread(model.neurons.layers)) neurons, hidden size "
      + HumanText.count(model.hiddenSize)
    rows.append([
      "base model", report.map { Markdown.code($0.source.name) + ": " + shape } ?? shape,
    ])
    if let report {
      rows.append(["its fingerprint", Markdown.code(report.source.fingerprint)])
    }
    let relation =
      isDense
      ? "the same weights"
      : isRouted
        ? "the same weights with the neurons in another order, split into experts"
        : isRefitted
          ? "some of its weights, all unchanged but the down projections"
          : "some of its weights, all unchanged"
    rows.append(["relation", relation])
    if let recipe = directory.recipe { rows.append(["recipe", Markdown.code(recipe)]) }
    rows.append(["neurons ranked by", Markdown.code(directory.importance)])
    rows.append(["calibration text", calibration])
    rows.append(["experts", experts])
    if isRouted { rows.append(["experts chosen by", routers]) }
    if let generator = directory.generator {
      rows.append(["converted by", Markdown.code(generator)])
    }
    rows.append(["written by", Markdown.code(generator)])
    return ["## How it was made", ""] + Markdown.table(rows) + [""]
      + Markdown.block("sh", [command.map(Markdown.word).joined(separator: " ")])
      + ["", order]
  }

  private var experts: String {
    let count = directory.experts
    let isUniform = directory.widths.allSatisfy { $0 == directory.widths.first }
    let widths = directory.widths.first?.map(HumanText.count).joined(separator: ", ") ?? ""
    return "\(count), of " + (isUniform ? "\(widths) neurons" : "widths that differ between layers")
      + (expert.map { "; this is number \($0), counted from 0" } ?? "")
  }

  private var routers: String {
    guard let routing = directory.routing else { return "nothing: there are no routers" }
    let rank = routing.compensationRank.map {
      "; maps of rank \($0) replace the neurons that an expert drops"
    }
    return "\(routing.router.rawValue) routers that predict "
      + (routing.target == .similarity ? "the similarity" : "the error") + " of every expert"
      + (rank ?? "")
  }

  private var calibration: String {
    guard let report else { return "not known: there is no report" }
    if let calibration = report.calibration {
      let digests = calibration.textDigests.prefix(4).map(Markdown.code).joined(separator: ", ")
      let more = calibration.textDigests.count > 4 ? ", …" : ""
      return "\(HumanText.count(calibration.tokens)) tokens"
        + (digests.isEmpty ? "" : ", SHA-256 of the text \(digests)\(more)")
    }
    if let texts = report.matrixTexts {
      let names = texts.prefix(4).map(Markdown.code).joined(separator: ", ")
      return "of an importance matrix" + (names.isEmpty ? "" : ": \(names)")
    }
    return "none"
  }

  private var order: String {
    isDense
      ? "The neurons are in the base model's order."
      : "Within a layer the neurons are sorted by importance, the highest first."
  }

  var use: [String] {
    guard !isDeciLM else {
      return ["## Use", ""]
        + Markdown.block(
          "sh",
          [
            "python convert_hf_to_gguf.py .  # of llama.cpp, in this folder",
            "mlx_lm.generate --model . --prompt 'Once upon a time'",
          ]) + [
          "",
          "Transformers, vLLM and SGLang take the class of this configuration from "
            + "\(ownCode ?? ""), which is not in this folder.",
        ]
    }
    if let ownCode {
      return ["## Use", "", "Its code is in \(ownCode), which is not in this folder."]
    }
    guard !isWrapped else {
      return ["## Use", "", "As the base model: the other parts of it are here unchanged."]
    }
    let type = isEncoder ? "AutoModel" : "AutoModelForCausalLM"
    return ["## Use", ""]
      + Markdown.block(
        "python",
        [
          "from transformers import \(type), AutoTokenizer", "",
          "tokenizer = AutoTokenizer.from_pretrained(\".\")  # the path of this folder",
          "model = \(type).from_pretrained(\".\")",
        ])
  }

  var limits: [String] {
    var lines = [
      "## Limits", "",
      "- The limits and risks of the base model apply to this one too.",
    ]
    if !isDense {
      lines += [
        "- Every token gets the same width."
          + (directory.routing == nil
            ? ""
            : " The routers, which choose one for each token, and the compensation for dropped "
              + "neurons are in the `.dmoe` and not in this folder."),
        "- The ranking depends on the calibration text: on text of another kind or language the "
          + "loss may be larger than the figures say.",
        "- It was not trained after the cut. Fine-tuning usually restores some of the quality.",
      ]
    }
    return lines
  }

  var licensing: [String] {
    let text =
      switch (license?.identifier, license?.link) {
      case (nil, _):
        "Unknown: the source files state none. The licence of the base model applies; see there."
      case ("other", let link?): "That of the base model, see \(Markdown.code(link))."
      case (let identifier?, _): "That of the base model: \(Markdown.code(identifier))."
      }
    return ["## Licence", "", text]
  }
}
