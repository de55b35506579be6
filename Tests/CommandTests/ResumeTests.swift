import Foundation
import TestSupport
import Testing

/// Interrupted work that is resumed.
@Suite struct ResumeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func partition(
    _ name: String, of model: String = Fixture.model, _ options: [String] = []
  ) -> [String] {
    ["partition", model, "-o", folder.path(name), "--show-text", Fixture.heldOutText]
      + Fixture.text + options
  }

  @Test(arguments: [(SIGINT, 1), (SIGKILL, 6), (SIGINT, 9), (SIGKILL, 15), (SIGINT, 18)])
  func `killed behind any layer, it goes on and gives the same bytes`(
    signal: Int32, records: Int
  ) throws {
    let whole = try Self.whole.get()
    let errors = try interrupt(after: records, signal: signal)
    let names = try folder.names()
    if signal == SIGINT {
      #expect(names == ["t.dmoe.resume"])
      #expect(errors.contains("continues from the last finished layer"))
    }
    #expect(names.contains("t.dmoe.resume"))
    // The number of threads may change; the unfinished output file is ignored.
    try expectDone(partition("t.dmoe", ["--resume", "--threads", "2"]))
    #expect(try bytes(at: folder.path("t.dmoe")) == bytes(at: whole + "/t.dmoe"))
    #expect(try untimed(folder.path("t.report.json")) == untimed(whole + "/t.report.json"))
    #expect(!(try folder.names()).contains("t.dmoe.resume"))
  }

  /// Models with biases, parallel layers, post-norms, and an encoder.
  @Test(arguments: ["qwen2", "gpt_neox", "olmo2", "bert"])
  func `a model of any form goes on`(_ family: String) throws {
    let model = packageRoot.appending(path: "fixtures/families/\(family)").path(
      percentEncoded: false)
    try expectDone(partition("t.dmoe", of: model))
    let whole = try bytes(at: folder.path("t.dmoe"))
    for name in try folder.names() { try FileManager.default.removeItem(atPath: folder.path(name)) }
    _ = try interrupt(after: 1, signal: SIGKILL, model: model)
    try expectDone(partition("t.dmoe", of: model, ["--resume"]))
    #expect(try bytes(at: folder.path("t.dmoe")) == whole)
  }

  @Test func `what was begun otherwise is not taken up`() throws {
    _ = try interrupt(after: 2, signal: SIGKILL)
    let resume = folder.path("t.dmoe.resume")
    for (options, mention) in [
      (["--seed", "1"], "seed 0, found 1 now; give the same options and inputs (--seed), or"),
      (["--experts", "4"], "(--experts, --fractions)"), (["--context", "128"], "the text"),
      (["--recipe", "dynamoe"], "recipe residual, found dynamoe"),
      (["--rounds", "1"], "rounds 0, found 1"), (["--align", "1"], "(--align)"),
      (["--compensation-rank", "2"], "compensation rank 4, found 2"),
      (["--skip", "none"], "skipping true, found false"),
    ] {
      let refused = try dynamoe(partition("t.dmoe", ["--resume"] + options))
      #expect(refused.status == 64)
      #expect(refused.errors.contains(resume) && refused.errors.contains(mention))
      #expect(refused.errors.contains("remove it to start over"))
    }
  }

  @Test func `hidden states that were changed are not taken for what they were`() throws {
    _ = try interrupt(after: 2, signal: SIGKILL)
    let states = folder.path("t.dmoe.resume/ranking.states")
    let length = try bytes(at: states).count
    try Data(repeating: 1, count: length).write(to: URL(filePath: states))
    let refused = try dynamoe(partition("t.dmoe", ["--resume"]))
    #expect(refused.status == 65 && refused.errors.contains("hidden states have changed"))
  }

  @Test func `a record that is not whole is done again`() throws {
    let whole = try Self.whole.get()
    _ = try interrupt(after: 3, signal: SIGKILL)
    let journal = folder.path("t.dmoe.resume/journal")
    // Simulates a power failure in the middle of a write.
    try (try bytes(at: journal) + [9, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3])
      .withUnsafeBytes { try Data($0).write(to: URL(filePath: journal)) }
    try expectDone(partition("t.dmoe", ["--resume"]))
    #expect(try bytes(at: folder.path("t.dmoe")) == bytes(at: whole + "/t.dmoe"))
  }

  @Test func `a folder of someone else's is not taken for a journal`() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("t.dmoe.resume"), withIntermediateDirectories: false)
    try folder.write([1], to: "t.dmoe.resume/diary")
    let refused = try dynamoe(partition("t.dmoe", ["--resume"]))
    #expect(refused.status == 73 && refused.errors.contains("a folder with other files"))
    #expect(try folder.everything() == ["t.dmoe.resume", "t.dmoe.resume/diary"])
  }

  /// Outputs of the same work without interruption, shared by all tests.
  private static let whole = Result { () throws -> String in
    let folder = try SharedFolder.path("whole")
    try expectDone(
      ["partition", Fixture.model, "-o", folder + "/t.dmoe", "--show-text", Fixture.heldOutText]
        + Fixture.text)
    return folder
  }

  /// Starts the work on one thread, and ends it after a number of journal records.
  private func interrupt(
    after records: Int, signal: Int32, model: String = Fixture.model
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: programPath)
    process.arguments = partition("t.dmoe", of: model, ["--resume", "--threads", "1"])
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    while try Self.records(of: folder.path("t.dmoe.resume/journal")) <= records {
      try #require(process.isRunning, "it was done before it could be interrupted")
      Thread.sleep(forTimeInterval: 0.001)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    if signal == SIGINT { #expect(process.terminationStatus == 130) }
    return String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// Number of complete journal records, without the first, which describes the run.
  private static func records(of path: String) throws -> Int {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else { return 0 }
    var offset = "dynamoe journal 1\n".utf8.count
    var records = 0
    while data.count - offset >= 12 {
      let length = (0..<8).reduce(0) { $0 | Int(data[offset + $1]) << (8 * $1) }
      guard length <= data.count - offset - 12 else { break }
      offset += 12 + length
      records += 1
    }
    return records
  }
}
