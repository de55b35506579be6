import DMOE
import JSON

/// Sections of the card of a folder with all experts.
extension ModelCard {
  private var hasBudgets: Bool {
    directory.sections.first?.tensors.contains { $0.kind == .budgets("table") } ?? false
  }
  private var hasWindowBudgets: Bool { hasBudgets && directory.routing?.skips == true }
  private var hasThreshold: Bool { directory.routing?.target == .similarity }

  var routedIntroduction: [String] {
    let choice =
      directory.routing == nil
      ? ", each of which is a smaller model"
      : ", and a router in each layer that gives easy tokens small experts and hard tokens large ones"
    return [
      "# \(Markdown.code(folder))", "",
      "\(base), with its feed-forward layers split into \(directory.experts) nested "
        + "experts\(choice). A knob sets at run time how much of them is computed. Without a knob "
        + "it is the base model, with every weight bit for bit.",
      "",
      "Loading it runs the Python files of this folder (`trust_remote_code=True`). "
        + "`dynamoe validate` on this folder checks that dynamoe wrote them.",
    ]
  }

  var routedFigures: [String] {
    let heading = ["## Figures", ""]
    let sizes = Markdown.table([
      ["", "base model", "this model"],
      ["parameters"] + [sourceSize, size].map { HumanText.parameters($0.parameters) },
      ["bytes of weights"] + [sourceSize, size].map { HumanText.bytes($0.bytes) },
    ])
    guard let heldOut = report?.heldOut, let dense = heldOut.runs(.dense).first,
      case let routed = heldOut.runs(.routed), !routed.isEmpty
    else {
      return heading + sizes
        + ["", "Its quality was not measured: there is no report with figures of its routers."]
    }
    let windows = heldOut.skips
    var rows = [
      ["", windows ? "cost fraction for one token" : "cost fraction"]
        + (windows ? ["for tokens that run together"] : [])
        + [
          "perplexity", "perplexity / base model's", "mean KL divergence from the base model",
          "same most probable token",
        ]
    ]
    func percent(_ cost: Double) -> String { HumanText.fixed(100 * cost, digits: 1) + " %" }
    for run in [dense] + routed {
      let error = run.ratioError.flatMap {
        run.kind == .dense ? nil : " ± \(HumanText.fixed($0, digits: 3))"
      }
      rows.append(
        [
          run.budget.map { Markdown.code("budget=\(JSONWriter.text(.double($0)))") } ?? "dense",
          percent(run.cost),
        ] + (windows ? [run.windowCost.map(percent) ?? "–"] : []) + [
          HumanText.fixed(run.perplexity, digits: 3),
          run.ratio.map { HumanText.fixed($0, digits: 3) + (error ?? "") } ?? "–",
          run.meanKLD.map { HumanText.fixed($0, digits: 4) } ?? "–",
          run.sameTopP.map(percent) ?? "–",
        ])
    }
    let together =
      windows
      ? " Tokens that run together, as those of a prompt or a batch, use all neurons of their "
        + "experts." + (hasWindowBudgets ? " `window_budget` sets that cost." : "") : ""
    return heading + sizes + [""] + Markdown.table(rows) + [
      "",
      "The cost fraction is the share of the feed-forward layers' parameters that a token uses, "
        + "routers and compensation included.\(together) \(measured(heldOut))",
    ]
  }

  var routedUse: [String] {
    var calls = [
      ("", "the base model"), (", expert=0", "the smallest expert for every token"),
    ]
    if hasBudgets {
      calls.append((", budget=0.5", "half of the cost for one token, by the routers"))
    }
    if hasWindowBudgets {
      calls.append((", window_budget=0.5", "the same for tokens that run together"))
    }
    if hasThreshold {
      calls.append((", threshold=0.8", "for each token the smallest expert above this similarity"))
    }
    let longest = calls.map(\.0.count).max() ?? 0
    let lines =
      [
        "from transformers import AutoModelForCausalLM, AutoTokenizer", "",
        "folder = \".\"  # the path of this folder",
        "tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=True)",
        "model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)",
        "inputs = tokenizer(\"Once upon a time\", return_tensors=\"pt\")", "",
      ]
      + calls.map { knob, meaning in
        let gap = String(repeating: " ", count: longest - knob.count)
        return "model.generate(**inputs\(knob))\(gap)  # \(meaning)"
      }
    return ["## Use", ""] + Markdown.block("python", lines) + [
      "",
      "`model(…)` takes the same knobs, `with model.variant(…):` sets them temporarily, and "
        + "`generation_config.json` may hold them.",
    ]
  }

  var routedLimits: [String] {
    [
      "## Limits", "",
      "- The limits and risks of the base model apply to this one too.",
      "- The ranking and the routers depend on the calibration text: on text of another kind or "
        + "language the loss may be larger than the figures say.",
      "- The cost fraction counts parameters, not time: the time saved in PyTorch depends on the "
        + "device and on how many tokens are computed at once.",
    ]
  }
}
