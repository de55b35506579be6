import JSON
import TestSupport
import Testing

@Suite struct RouterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func partition(_ name: String, _ options: [String]) throws -> String {
    let path = folder.path(name + ".dmoe")
    try expectDone(["partition", Fixture.model, "-o", path] + options + Fixture.text)
    return path
  }

  private func evaluate(_ file: String, _ options: [String]) throws -> [JSONObject] {
    let text = try expectDone(
      ["evaluate", file, "--json", "--text", Fixture.heldOutText, "--max-tokens", "1024"] + options)
    let variants = try JSONScanner.scan(Array(text.utf8)).object?["variants"]?.array
    return try #require(variants).compactMap(\.object)
  }

  private func prove(_ file: String) throws {
    try expectDone(["validate", file, "--against", Fixture.model])
    _ = try python([
      packageRoot.appending(path: "formats/reference/read_dmoe.py").path, file, "--against",
      Fixture.model,
    ])
  }

  @Test func `the dynamoe recipe has both knobs`() throws {
    let file = try partition("d", ["--recipe", "dynamoe", "--router", "linear"])
    let report = try JSONScanner.scan(bytes(at: folder.path("d.report.json")))
    let plan = try #require(report.object?["plan"]?.object)
    let router = try #require(plan["router"]?.object)
    #expect(plan["recipe"] == "dynamoe" && plan["compensation_rank"] == .null)
    #expect(router["kind"] == "linear" && router["predicts"] == "similarity")
    #expect(router["parameters"]?.int == 4 * 3 * 129 && router["r2"]?.array?.count == 4)
    #expect(try expectDone(["inspect", file]).contains("linear routers"))
    try prove(file)
    let variants = try evaluate(file, ["--threshold", "0.5,0.9", "--budget", "0.5"])
    let choosers = ["routed", "oracle", "random", "fixed"]
    #expect(
      variants.compactMap { $0["name"]?.string }
        == ["dense"]
        + ["0.5", "0.9", "budget=0.5"].flatMap { knob in choosers.map { "\($0)@\(knob)" } })
    #expect(variants[1]["threshold"]?.double == 0.5 && variants[1]["budget"] == nil)
    #expect(variants[9]["budget"]?.double == 0.5 && variants[9]["threshold"] == nil)
    #expect(variants[2]["tokens_per_second"] == .null)
  }

  @Test func `the residual recipe is the usual one, and has budgets`() throws {
    let file = try partition("r", [])
    let report = try JSONScanner.scan(bytes(at: folder.path("r.report.json")))
    let plan = try #require(report.object?["plan"]?.object)
    #expect(plan["recipe"] == "residual" && plan["importance"] == "greedy")
    #expect(plan["compensation_rank"] == 4 && plan["router"]?.object?["predicts"] == "log_error")
    try prove(file)
    let variants = try evaluate(file, ["--budget", "0.1,0.35,0.6,1"])
    func figure(_ name: String, _ key: String) throws -> Double {
      let variant = try #require(variants.first { $0["name"]?.string == name })
      return try #require(variant[key]?.double)
    }
    let routed = try ["0.1", "0.35", "0.6", "1"].map {
      try figure("routed@budget=\($0)", "cost_fraction")
    }
    #expect(zip(routed, routed.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs(routed[1] - 0.35) < 0.03 && abs(routed[2] - 0.6) < 0.03)
    // A budget of 1 or more runs the full layer without routers.
    let (whole, dense) = ("routed@budget=1", try figure("dense", "perplexity"))
    #expect(try figure(whole, "cost_fraction") == 1)
    #expect(try figure(whole, "router_fraction") == 0)
    #expect(try abs(figure(whole, "perplexity") / dense - 1) < 1e-5)
    for chooser in ["random", "fixed"] {
      #expect(
        try figure("routed@budget=0.35", "perplexity")
          < figure("\(chooser)@budget=0.35", "perplexity"))
    }
    for (budget, mention) in [("0.01", "0.01 is below the smallest"), ("2", "2.0 is above 1")] {
      let run = try dynamoe(
        ["evaluate", file, "--text", Fixture.heldOutText, "--max-tokens", "256"]
          + ["--budget", budget])
      #expect(run.status == 0 && run.errors.contains("budget \(mention)"), "\(run)")
    }
    let usual = try evaluate(file, ["--max-tokens", "256"])
    // Dense, eight experts, seven of them bare too, and four runs at each of three budgets.
    #expect(usual.count == 1 + 8 + 7 + 12)
  }

  @Test func `a knob that the file does not have is wrong usage, naming those it has`() throws {
    let text = ["--text", Fixture.heldOutText]
    let plain = try Fixture.converted().path
    for knob in [["--threshold", "0.8"], ["--budget", "0.5"], ["--window-budget", "0.5"]] {
      try expectRefused(["evaluate", plain] + text + knob, 64, ["no routers"], in: folder)
    }
    try expectRefused(
      ["evaluate", plain, "--variants", "routed@0.8"] + text, 64, ["oracle@THRESHOLD"], in: folder)
    let other = try TemporaryFolder()
    let file = try partition("r", ["--router", "linear"])
    try expectRefused(
      ["evaluate", file, "--threshold", "0.8"] + text, 64, ["it has --budget"], in: other)
    try expectRefused(
      ["evaluate", file, "--variants", "oracle@0.8"] + text, 64, ["routed@budget=F"], in: other)
  }

  @Test(
    arguments: [",", "x", "-1", "0.5,,0.8", "nan"], ["--threshold", "--budget", "--window-budget"])
  func `knobs are numbers of at least 0`(list: String, knob: String) throws {
    try expectRefused(
      ["evaluate", try Fixture.converted().path, "\(knob)=\(list)", "--text", Fixture.heldOutText],
      64, ["\(knob) \(list)"], in: folder)
  }

  @Test(
    arguments: [
      (["--router", "mlp", "--experts", "1"], "more than one"),
      (["--recipe", "dynamoe", "--compensation-rank", "4"], "--recipe residual"),
      (["--router", "none", "--compensation-rank", "4"], "needs routers"),
      (["--compensation-rank", "129"], "compensation rank 129: expected a number from 0 to 128"),
      (["--compensation-rank=-1"], "from 0 to"),
      (["--skip", "gate", "--recipe", "dynamoe"], "--recipe residual"),
      (["--skip", "gate", "--router", "none"], "leave out --skip"),
    ])
  func `options that do not go together are wrong usage`(
    options: [String], mention: String
  ) throws {
    try expectRefused(
      ["partition", Fixture.model, "-o", folder.path("r.dmoe")] + Fixture.text + options, 64,
      [mention], in: folder)
  }

  @Test(
    arguments: [
      (["--importance", "weights", "--router", "mlp"], "--text"),
      (["--importance", "weights", "--compensation-rank", "2"], "calibration text"),
      (["--importance", "greedy"], "--text"), (["--recipe", "residual"], "--text"),
    ])
  func `what learns from text is refused without`(options: [String], mention: String) throws {
    try expectRefused(
      ["partition", Fixture.model, "-o", folder.path("r.dmoe")] + options, 64, [mention], in: folder
    )
  }

  @Test func `without text neurons are ranked each on its own, and it says so`() throws {
    let statistics = folder.path("stats")
    try expectDone(["calibrate", Fixture.model, "-o", statistics] + Fixture.text)
    let path = folder.path("t.dmoe")
    let said = try expectDone(
      ["partition", Fixture.model, "-o", path, "--calibration", statistics])
    #expect(said.contains("ranked by output") && said.contains("no routers"))
    try prove(path)
  }

  @Test func `rounds and ranks change the file, and it stays sound`() throws {
    let usual = try partition("a", ["--router", "linear"])
    for options in [
      ["--rounds", "1"], ["--compensation-rank", "0"], ["--compensation-rank", "9"],
    ] {
      let file = try partition(options.joined(), ["--router", "linear"] + options)
      try prove(file)
      #expect(try bytes(at: file) != bytes(at: usual))
    }
  }
}
