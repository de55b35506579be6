import Foundation
import TestSupport
import Testing

@Suite struct BadTextTests {
  /// Commands that read text.
  private static func commands(_ folder: TemporaryFolder) throws -> [[String]] {
    [
      ["partition", Fixture.model, "-o", folder.path("output")],
      ["calibrate", Fixture.model, "-o", folder.path("output")],
      ["evaluate", try Fixture.converted().path], ["show", try Fixture.routed().path],
    ]
  }

  private func expectRefused(
    _ text: [UInt8], named name: String, _ mentions: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: name)
    for command in try Self.commands(folder) {
      try CommandTests.expectRefused(
        command + ["--text", path], 65, [path + ": "] + mentions, in: folder,
        sourceLocation: sourceLocation)
    }
  }

  @Test func `an empty text is refused`() throws {
    try expectRefused([], named: "empty.txt", "0 tokens")
    try expectRefused([], named: "empty.jsonl", "0 tokens")
    try expectRefused(Array("\n \n".utf8), named: "blank.jsonl", "0 tokens")
    let folder = try TemporaryFolder()
    for command in try Self.commands(folder) {
      try CommandTests.expectRefused(command + ["--text", "-"], 65, ["-: "], in: folder)
    }
  }

  @Test func `a text that is not UTF-8 is refused, and where`() throws {
    try expectRefused(Array("añb".utf8) + [0xFF], named: "t.txt", "not UTF-8", "byte 4")
    try expectRefused([0x61, 0xC3], named: "t.txt", "not UTF-8", "byte 1")
    try expectRefused([0xFF, 0xFE, 0x61, 0], named: "utf16.txt", "not UTF-8", "byte 0")
  }

  @Test(arguments: [
    #"{"text": "b""#, #"{"text": 1}"#, #"{"words": "b"}"#, #""b""#, #"{"text":"a","text":"b"}"#,
  ])
  func `a broken line of a jsonl file is refused, and which`(line: String) throws {
    let text = #"{"text": "a"}"# + "\n\n" + line + "\n"
    try expectRefused(Array(text.utf8), named: "t.jsonl", "line 3")
  }

  @Test func `a text that is not there is told from one that is no file`() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    for command in try Self.commands(folder) {
      for (path, status, mention) in [
        (folder.path("none"), 66, "no such file"), (folder.path, 65, "found a folder"),
        (folder.path("pipe"), 65, "found a pipe"),
      ] {
        try CommandTests.expectRefused(
          command + ["--text", path], Int32(status), [path, mention], in: folder)
      }
    }
  }

  @Test func `of several texts the bad one is named`() throws {
    let folder = try TemporaryFolder()
    let bad = try folder.write([0xFF], to: "bad.txt")
    for command in try Self.commands(folder) {
      try CommandTests.expectRefused(
        command + ["--text", Fixture.heldOutText, bad], 65, [bad, "byte 0"], in: folder)
    }
  }
}
