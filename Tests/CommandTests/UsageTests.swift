import TestSupport
import Testing

@Suite struct UsageTests {
  /// Errors in the options of `partition`, and the words expected in the message.
  @Test(arguments: [
    ([], "nothing to rank the neurons by; give calibration text (--text FILE), statistics"),
    (["--importance", "weights", "--experts", "0"], "experts 0: expected a number from 1 to 384"),
    (
      ["--importance", "weights", "--experts", "1000"],
      "experts 1000: expected a number from 1 to 384, the neurons of a layer; "
        + "give such a number to --experts"
    ),
    (["--importance", "weights", "--experts", "\(Int.max)"], "expected a number from 1 to 384"),
    (
      ["--importance", "weights", "--align", "0"],
      "alignment 0: expected a number from 1 to 384, the neurons of a layer; "
        + "give such a number to --align"
    ),
    (["--importance", "weights", "--align", "\(Int.max)"], "expected a number from 1 to 384"),
    (["--importance", "weights", "--align", "384"], "384], multiples of 384, do not increase"),
    (
      ["--importance", "weights", "--fractions", "0.1,0.11,1"],
      "[32, 32, 384], multiples of 32, do not increase strictly; use fewer experts, other"
    ),
    (["--importance", "weights", "--fractions", ""], "fractions : expected numbers above 0"),
    (
      ["--importance", "weights", "--fractions", "0.5"],
      "increase and end in 1; give such numbers to --fractions, or auto"
    ),
    (["--importance", "weights", "--fractions", "0.5,0.25,1"], "increase and end in 1"),
    (["--importance", "weights", "--fractions", "0,1"], "above 0"),
    (["--importance", "weights", "--fractions", "0.5,1,"], "0.5,1,: expected"),
    (["--importance", "weights", "--fractions", "nan,1"], "nan,1: expected"),
    (["--importance", "weights", "--fractions", "0.5,1.5"], "0.5,1.5: expected"),
    (["--importance", "weights", "--context", "64"], "need --text"),
  ])
  func `options that make no experts are refused with their values`(
    options: [String], mention: String
  ) throws {
    let folder = try TemporaryFolder()
    try expectRefused(
      ["partition", Fixture.model, "-o", folder.path("t.dmoe")] + options, 64, [mention],
      in: folder)
  }

  @Test func `a variant that the file does not hold is refused, naming those it has`() throws {
    let folder = try TemporaryFolder()
    let evaluate = ["evaluate", try Fixture.converted().path] + Fixture.text
    for name in ["expert-4", "expert-01", "expert--1", "Dense", "routed@0.8", "dense,expert-9"] {
      try expectRefused(
        evaluate + ["--variants", name], 64, ["available: dense, expert-0, expert-1"], in: folder)
    }
    try expectRefused(evaluate + ["--variants", ","], 64, ["at least one name"], in: folder)
    try expectRefused(
      ["evaluate", Fixture.model, "--variants", "expert-0"] + Fixture.text, 64,
      ["available: dense"], in: folder)
    try expectRefused(["evaluate", Fixture.model], 64, ["--text"], in: folder)
  }

  @Test func `a container is no source, and nothing but a source is compared with`() throws {
    let folder = try TemporaryFolder()
    let path = try Fixture.converted().path
    let output = ["-o", folder.path("output")]
    let advice = "give the dense checkpoint"
    try expectRefused(["partition", path] + Fixture.text + output, 65, [path, advice], in: folder)
    try expectRefused(["calibrate", path] + Fixture.text + output, 65, [path, advice], in: folder)
    try expectRefused(["validate", path, "--against", path], 64, ["--against"], in: folder)
    try expectRefused(
      ["validate", Fixture.model, "--against", Fixture.model], 64, ["--against"], in: folder)
  }

  /// Errors of the argument parser: its message, and the usage of the command.
  @Test(arguments: [
    (["inspect"], "<path>"), (["inspect", "a", "b"], "'b'"), (["nothing"], "'nothing'"),
    (["inspect", "--nothing", "a"], "--nothing"), (["partition", "a"], "--output"),
    (["partition", "a", "-o", "b", "--importance", "luck"], "luck"),
    (["partition", "a", "-o", "b", "--experts", "many"], "many"),
    (["partition", "a", "-o", "b", "--experts", "4", "--fractions", "1"], "exclude each other"),
    (["evaluate", "a", "--text", "b", "--precision", "f64"], "f64"),
    (["partition", "a", "-o", "b", "--rounds=-1"], "--rounds -1: expected"),
    (["partition", "a", "-o", "b", "--rounds", "1000"], "from 0 to 100"),
    (["partition", "a", "-o", "b", "--text", "c", "--context", "1"], "--context 1: expected"),
    (["evaluate", "a", "--text", "b", "--max-tokens", "1"], "--max-tokens 1: expected"),
    (["evaluate", "a", "--text", "b", "--bos", "maybe"], "maybe"),
    (["inspect", "a", "--threads", "0"], "--threads 0: expected"),
    (["inspect", "a", "--color", "red"], "red"), (["inspect", "a", "--progress", "no"], "no"),
    (["calibrate", "a", "-o", "b", "--data-shard", "0/3"], "--data-shard 0/3: expected I/N"),
    (["calibrate", "a", "-o", "b", "--data-shard", "4/3"], "--data-shard 4/3: expected I/N"),
    (["calibrate", "a", "-o", "b", "--data-shard", "1"], "--data-shard 1: expected I/N"),
    (["calibrate", "a", "-o", "b", "--data-shard", "1/0"], "--data-shard 1/0: expected I/N"),
  ])
  func `wrong usage is refused with how it is right`(
    arguments: [String], mention: String
  ) throws {
    let run = try dynamoe(arguments)
    #expect(run.exited && run.status == 64, "\(run)")
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: ") && run.errors.contains("Usage: dynamoe"))
    #expect(run.errors.contains(mention), "\(run.errors)")
  }

  @Test(arguments: [
    "inspect", "calibrate", "merge", "partition", "validate", "evaluate", "show", "export",
  ])
  func `every command has help with examples`(command: String) throws {
    let help = try expectDone([command, "--help"])
    #expect(help.contains("EXAMPLES") && help.contains("dynamoe \(command) "))
    #expect(try expectDone([]).contains("\n  \(command) "))
  }

  @Test func `the version is a number`() throws {
    #expect(try expectDone(["--version"]).wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test func `with all that speed depends on it tells the version`() throws {
    let told = try expectDone(["--version", "--verbose"])
    #expect(told.contains("OpenBLAS") && told.contains("kernels") && told.contains("processors"))
    // The user's choice of kernels takes precedence.
    let chosen = try dynamoe(
      ["--verbose", "--version"], environment: ["OPENBLAS_CORETYPE": "Haswell"])
    #expect(chosen.status == 0 && chosen.output.contains("(OPENBLAS_CORETYPE)"))
    #expect(!chosen.output.contains("SkylakeX"))
  }
}
