import Foundation
import TestSupport
import Testing

@Suite struct OutputTests {
  @Test func `an output that exists is replaced only when forced`() throws {
    for name in ["t.dmoe", "t.report.html", "t.report.json"] {
      let folder = try TemporaryFolder()
      let place = try folder.write([1, 2, 3], to: name)
      try expectRefused(partition(folder), 73, [place, "already exists", "--force"], in: folder)
      try expectRefused(
        partition(folder) + ["--dry-run"], 73, [place, "already exists"], in: folder)
      #expect(try bytes(at: place) == [1, 2, 3])
      try expectDone(partition(folder) + ["--force"])
      #expect(try folder.names() == ["t.dmoe", "t.report.html", "t.report.json"])
      try expectDone(["validate", folder.path("t.dmoe"), "--against", Fixture.model])
    }
    let folder = try TemporaryFolder()
    let statistics = ["calibrate", Fixture.model, "-o", folder.path("stats")] + Fixture.text
    try expectDone(statistics)
    try expectRefused(statistics, 73, [folder.path("stats"), "--force"], in: folder)
    try expectDone(statistics + ["--force"])
    let merge = ["merge", folder.path("stats"), "-o", folder.path("sum")]
    try expectDone(merge)
    try expectRefused(merge, 73, [folder.path("sum"), "--force"], in: folder)
    try expectDone(merge + ["--force"])
  }

  @Test func `an output needs a folder, and a name that is free for a file`() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path("none/t.dmoe")
    try expectRefused(partition(to: missing), 73, [missing, "there is no folder"], in: folder)
    try expectRefused(
      partition(to: folder.path) + ["--force"], 73, [folder.path, "a folder"], in: folder)
    try expectRefused(
      partition(folder) + ["--report", folder.path("none/r")], 73,
      [folder.path("none/r.report.json")], in: folder)
    try expectRefused(partition(to: ""), 73, ["cannot be created"], in: folder)
    // A rename would replace the device by a file.
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    try expectRefused(
      partition(to: folder.path("pipe")) + ["--force"], 73, ["a pipe or device"], in: folder)
  }

  @Test func `an output is never an input, by whatever name`() throws {
    let folder = try TemporaryFolder()
    let model = try folder.copyModel()
    let text = try folder.write(try bytes(at: Fixture.heldOutText), to: "text.txt")
    let weights = model + "/model.safetensors"
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: weights)
    try FileManager.default.linkItem(atPath: weights, toPath: folder.path("hard"))
    let outputs = [
      weights, model + "/config.json", model + "/tokenizer.json", folder.path("link"),
      folder.path("hard"), model + "/../model/./model.safetensors", text,
    ]
    for output in outputs {
      for command in ["partition", "calibrate"] {
        let arguments = [command, model, "-o", output, "--force", "--text", text]
        try expectRefused(arguments, 73, [output, "is the input"], in: folder)
      }
    }
    let statistics = folder.path("stats")
    try expectDone(["calibrate", model, "-o", statistics] + Fixture.text)
    try expectRefused(
      ["merge", statistics, "-o", statistics, "--force"], 73, ["is the input"], in: folder)
    try expectRefused(
      ["partition", model, "--calibration", statistics, "-o", statistics, "--force"], 73,
      ["is the input"], in: folder)
    #expect(try bytes(at: weights) == bytes(at: Fixture.model + "/model.safetensors"))
    let family = try folder.write(Array(#"{"like": "llama"}"#.utf8), to: "family.json")
    let file = try Fixture.converted().path
    for command in [
      ["calibrate", model] + Fixture.text, ["merge", statistics],
      ["export", file, "--format", "dmoe", "--expert", "0"],
    ] {
      try expectRefused(
        command + ["--family", family, "-o", family, "--force"], 73, ["is the input"], in: folder)
    }
  }

  @Test func `an output that ends like a folder is refused before the work`() throws {
    let folder = try TemporaryFolder()
    try expectRefused(
      ["calibrate", Fixture.model, "-o", folder.path("stats/")] + Fixture.text, 73,
      ["it names a folder"], in: folder)
  }

  @Test func `an output and its report are two files`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("x.report.json")
    for report in [folder.path("x"), folder.path("./x")] {
      try expectRefused(
        partition(to: output) + ["--report", report], 64, [output, "--report"], in: folder)
    }
  }

  @Test func `a dry run checks everything and writes nothing`() throws {
    let folder = try TemporaryFolder()
    let arguments = ["partition", Fixture.model, "-o", folder.path("t.dmoe"), "--dry-run"]
    let told = try expectDone(arguments + Fixture.text)
    #expect(told.contains("Nothing was written") && told.contains("mlp, compensation of rank 4"))
    try expectDone(arguments + ["--importance", "weights", "--json"])
    // A limit whose sum would overflow means the whole text.
    try expectDone(arguments + ["--text", Fixture.heldOutText, "--max-tokens", "\(Int.max)"])
    #expect(try folder.names().isEmpty)
    try expectRefused(arguments, 64, ["there is nothing to rank the neurons by"], in: folder)
  }

  @Test func `a full disk is an error, and leaves nothing`() throws {
    let folder = try TemporaryFolder()
    // A limit on file size simulates a full disk.
    let arguments = partition(folder).map { "'\($0)'" }.joined(separator: " ")
    let limited = try run("/bin/sh", ["-c", "ulimit -f 64; exec '\(programPath)' \(arguments)"])
    #expect(limited.exited && limited.status == 74)
    #expect(limited.errors.hasPrefix("dynamoe: " + folder.path("t.dmoe") + ": cannot be written"))
    #expect(try folder.names().isEmpty)
  }

  @Test func `a table of figures is one screen wide, and has what is not known as a dash`() throws {
    // With so few tokens, the figures have the maximum number of digits.
    let arguments = ["evaluate", try Fixture.converted().path, "--text", Fixture.heldOutText]
    let table = try expectDone(
      arguments + ["--max-tokens", "2", "--variants", "dense,expert-0,oracle@0.12345678"])
    let lines = table.split(separator: "\n")
    #expect(lines.count == 5 && lines.allSatisfy { $0.count <= 100 })
    #expect(lines[2].contains("1.000 ± 0.000") && lines[2].contains("100.0 %"))
    #expect(lines[4].hasSuffix("–"))
  }

  @Test(arguments: [["inspect"], ["inspect", "--json"], ["validate"], ["validate", "--json"]])
  func `a result that nobody can take is an error`(command: [String]) throws {
    let words = (command + [try Fixture.converted().path]).joined(separator: " ")
    let full = try run("/bin/sh", ["-c", "exec '\(programPath)' \(words) > /dev/full"])
    #expect(full.exited && full.status == 74)
    #expect(full.errors.hasPrefix("dynamoe: standard output: cannot be written"))
  }

  private func partition(_ folder: TemporaryFolder) -> [String] {
    partition(to: folder.path("t.dmoe"))
  }

  private func partition(to output: String) -> [String] {
    ["partition", Fixture.model, "--importance", "weights", "-o", output]
  }
}
