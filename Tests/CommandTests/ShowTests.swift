import Foundation
import JSON
import TestSupport
import Testing

@Suite struct ShowTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Wide and combining characters, multi-token characters, controls, blank lines and a long word.
  private static let strange =
    "The naïve 日本語 text — e\u{301}, \u{1F600}, 한국어。\n\n\tTabs,\r\n\u{1B}[31mred\u{200D}\u{202E} "
    + String(repeating: "x日", count: 60) + "\nand some words that are to be broken where there are "
    + "spaces, not within them, and to stay in line with digits below"

  private static let sentences = packageRoot.appending(path: "fixtures/sentences.txt").path

  private func show(_ file: String, _ options: [String]) throws -> String {
    try expectDone(["show", file] + options)
  }

  private struct Token: Equatable {
    let text: String
    let meanWidth: Double
    let experts: [Int]

    init(_ value: JSONValue) throws {
      let object = try #require(value.object)
      text = try #require(object["text"]?.string)
      meanWidth = try #require(object["mean_width"]?.double)
      experts = try #require(object["experts"]?.array).compactMap(\.int)
    }
  }

  private func tokens(_ file: String, _ options: [String]) throws -> [Token] {
    let document = try JSONScanner.scan(Array(try show(file, options + ["--json"]).utf8))
    return try #require(document.object?["tokens"]?.array).map(Token.init)
  }

  private func peer(_ name: String, _ arguments: [String]) throws -> JSONValue? {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
    let output = try python([script.path] + arguments)
    return output.isEmpty ? nil : try JSONScanner.scan(output)
  }

  @Test(arguments: [0.35, 0.5, 1])
  func `the experts are those that the independent reader chooses`(budget: Double) throws {
    let file = try Fixture.routed().path
    let text = try folder.write(
      Array("He said: 日本 is naïve.\nEigenvalues are real".utf8), to: "t.txt")
    let ours = try tokens(file, ["--text", text, "--budget", "\(budget)"])
    let reference = packageRoot.appending(path: "formats/reference").path
    let theirs = try #require(
      try peer("routed_peer.py", [reference, file, "\(budget)", "0", text])?.object)
    #expect(ours.map(\.text) == theirs["texts"]?.array?.compactMap(\.string))
    let experts = try #require(theirs["experts"]?.array).map {
      $0.array?.compactMap(\.int) ?? []
    }
    try #require(ours.count == experts.count)
    // Float error may decide between equally good experts, and later tokens depend on the choice.
    let agreeing = zip(ours, experts).count { $0.experts == $1 }
    #expect(10 * agreeing >= 9 * ours.count, "\(agreeing) of \(ours.count)")
    let widths = try #require(theirs["widths"]?.array).map { $0.array?.compactMap(\.int) ?? [] }
    for token in ours {
      let sum = zip(widths, token.experts).reduce(0) { $0 + $1.0[$1.1] }
      #expect(abs(token.meanWidth - Double(sum) / (384 * 4)) < 1e-12)
    }
  }

  @Test func `the mean width is the active fraction of the routed run`() throws {
    let file = folder.path("d.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", file, "--recipe", "dynamoe"] + Fixture.text)
    for knob in [["--budget", "0.5"], ["--threshold", "0.8"]] {
      // One window without a beginning token; an evaluation does not run its last token.
      let options =
        ["--text", Self.sentences, "--max-tokens", "100", "--bos", "never"] + knob
      let shown = try tokens(file, options)
      #expect(shown.count == 100)
      let output = try expectDone(
        ["evaluate", file, "--json", "--variants", "dense"] + options)
      let document = try JSONScanner.scan(Array(output.utf8)).object
      let routed = try #require(document?["variants"]?.array?.last?.object)
      let fraction = try #require(routed["active_ffn_fraction"]?.double)
      let mean = shown.dropLast().reduce(0) { $0 + $1.meanWidth } / 99
      #expect(abs(mean - fraction) < 1e-9)
    }
    let document = try JSONScanner.scan(
      Array(try show(file, ["--text", Self.sentences, "--threshold", "0.8", "--json"]).utf8)
    ).object
    #expect(document?["threshold"]?.double == 0.8 && document?["budget"] == .null)
  }

  @Test func `without colour a digit stands below every token`() throws {
    let file = try Fixture.routed().path
    for (name, text) in [
      ("strange", Array(Self.strange.utf8)), ("one", Array("a".utf8)),
      ("plain", try bytes(at: Self.sentences)), ("mark", Array("\u{301}a".utf8)),
    ] {
      let path = try folder.write(text, to: name + ".txt")
      // With a context of 16, the text spans many windows.
      let options = ["--text", path, "--context", "16"]
      let shown = try folder.write(Array(try show(file, options).utf8), to: "shown")
      let document = try folder.write(
        Array(try show(file, options + ["--json"]).utf8), to: "json")
      guard name != "mark" else {
        #expect(String(decoding: try bytes(at: shown), as: UTF8.self).contains("\n◌\u{301}a\n"))
        continue
      }
      _ = try peer("shown_peer.py", [shown, document, path, "80"])
    }
  }

  @Test func `with colour every token has the shade of its tenth`() throws {
    let file = try Fixture.routed().path
    let options = ["--text", Self.sentences]
    // One piece per token and line: its colours and text.
    let pieces = try show(file, options + ["--color", "always"])
      .matches(of: /\u{1B}\[38;5;(\d+);48;5;(\d+)m([^\u{1B}]*)\u{1B}\[0m/).map {
        (foreground: Int($0.1) ?? 0, background: Int($0.2) ?? 0, text: String($0.3))
      }
    let scale = Array(pieces.suffix(10))
    #expect(scale.map(\.text) == (0..<10).map { " \($0) " })
    let light = scale.map { luminance($0.background) }
    #expect(zip(light, light.dropFirst()).allSatisfy { $0 > $1 })
    for shade in scale {
      let both = [luminance(shade.background), luminance(shade.foreground)].sorted()
      #expect((both[1] + 0.05) / (both[0] + 0.05) >= 4.5, "\(shade)")
    }
    // No sentence is longer than a line.
    let shown = try tokens(file, options)
    #expect(pieces.dropLast(10).map(\.text) == shown.map { $0.text.replacing("\n", with: "↵") })
    for (piece, token) in zip(pieces, shown) {
      #expect(piece.background == scale[Int(token.meanWidth * 10 + 1e-9)].background)
    }
  }

  @Test func `nothing in a text steers a terminal`() throws {
    let path = try folder.write(Array(Self.strange.utf8), to: "t.txt")
    for choice in ["always", "never"] {
      let output = try show(
        try Fixture.routed().path, ["--text", path, "--color", choice])
      let plain = output.replacing(/\u{1B}\[(38;5;\d+;48;5;\d+|0)m/, with: "")
      let harmful = plain.unicodeScalars.filter {
        $0 != "\n" && [.control, .format].contains($0.properties.generalCategory)
      }
      #expect(harmful.isEmpty && plain.contains("\\u{1b}[31m"))
    }
  }

  /// WCAG relative luminance of a colour of the standard 256-colour palette.
  private func luminance(_ code: Int) -> Double {
    let steps = [0, 95, 135, 175, 215, 255]
    let cube = code - 16
    let parts = [cube / 36, cube / 6 % 6, cube % 6].map { part -> Double in
      let value = Double(steps[part]) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  @Test func `colour is for terminals that want it, and lines are as wide as they are`() throws {
    let file = try Fixture.routed().path
    let program = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
    let command = "stty cols 33; exec '\(programPath)' show '\(file)' --text '\(Self.sentences)'"
    for (settings, isColoured) in [
      (["TERM=xterm"], true), (["TERM=xterm", "NO_COLOR=1"], false), (["TERM=dumb"], false),
    ] {
      let output = String(
        decoding: try python(
          ["-c", program, "/usr/bin/env", "-u", "NO_COLOR"] + settings + ["/bin/sh", "-c", command]),
        as: UTF8.self)
      #expect(output.contains("\u{1B}[38;5;") == isColoured)
      let plain = output.replacing(/\u{1B}\[[0-9;]*[mK]/, with: "")
        .replacing("\r\n", with: "\n")
      let lines = plain.split(separator: "\n", omittingEmptySubsequences: false)
      let text = lines.dropFirst(2).dropLast(3)
      #expect(text.allSatisfy { $0.count <= 33 } && text.contains { $0.count > 25 })
    }
    for plain in [[], ["--color", "never"], ["--color", "auto"]] {
      #expect(!(try show(file, ["--text", Self.sentences] + plain)).contains("\u{1B}"))
    }
  }

  @Test func `a smaller part, an overlay and any number of threads show too`() throws {
    let whole = try Fixture.routed().path
    let text = ["--text", Self.sentences, "--max-tokens", "64"]
    let usual = try tokens(whole, text)
    #expect(try tokens(whole, text + ["--threads", "1"]) == usual)
    #expect(try tokens(whole, text + ["--budget", "0.5"]) == usual)
    #expect(try tokens(whole, ["--text", "-"] + text.dropFirst(2), input: Self.sentences) == usual)
    let part = folder.path("part.dmoe")
    try expectDone(["export", whole, "--format", "dmoe", "--expert", "3", "-o", part])
    #expect(try tokens(part, text).allSatisfy { $0.experts.allSatisfy { $0 <= 3 } })
    let overlay = folder.path("overlay.dmoe")
    try expectDone(["partition", Fixture.model, "-o", overlay, "--overlay"] + Fixture.text)
    #expect(try tokens(overlay, text + ["--base", Fixture.model]) == usual)
    try expectRefused(["show", overlay] + text, 64, ["--base"], in: folder)
  }

  private func tokens(
    _ file: String, _ options: [String], input path: String
  ) throws -> [Token] {
    let output = try expectDone(["show", file, "--json"] + options, input: try bytes(at: path))
    return try #require(try JSONScanner.scan(Array(output.utf8)).object?["tokens"]?.array)
      .map(Token.init)
  }

  @Test func `what cannot be shown is refused`() throws {
    let routed = try Fixture.routed().path
    let text = ["--text", Self.sentences]
    let empty = try folder.write([], to: "empty.txt")
    let broken = try folder.write([0x61, 0xFF], to: "broken.txt")
    let damaged = try folder.write(Array(try bytes(at: routed).prefix(1000)), to: "cut.dmoe")
    for (arguments, status, mention) in [
      ([try Fixture.converted().path] + text, 64, "no routers"),
      ([Fixture.model] + text, 65, "dynamoe partition"),
      ([routed, "--text", empty], 65, "0 tokens"),
      ([routed, "--text", broken], 65, "byte 1"),
      ([routed, "--text", folder.path("none")], 66, "no such file"),
      ([folder.path("none.dmoe")] + text, 66, "no such file"),
      ([damaged] + text, 65, damaged),
      ([routed], 64, "--text"),
      ([routed, "--threshold", "0.8"] + text, 64, "it has --budget"),
      ([routed, "--base", Fixture.model] + text, 64, "not an overlay"),
    ] as [([String], Int32, String)] {
      try expectRefused(["show"] + arguments, status, [mention], in: folder)
    }
    for (options, mention) in [
      (["--budget", "0.5", "--threshold", "0.8"], "exclude each other"),
      (["--budget", "0.5", "--window-budget", "0.8"], "exclude each other"),
      (["--budget=-1"], "at least 0"), (["--window-budget=-1"], "at least 0"),
      (["--budget", "nan"], "at least 0"),
      (["--threshold", "inf"], "at least 0"), (["--budget", "half"], "half"),
    ] {
      let run = try dynamoe(["show", routed] + text + options)
      #expect(run.status == 64 && run.output.isEmpty && run.errors.contains(mention), "\(run)")
    }
  }

  @Test func `in windows a budget buys smaller experts`() throws {
    let file = try Fixture.routed().path
    let mean = { (option: String) in
      let found = try tokens(file, ["--text", Self.sentences, option, "0.6"])
      return found.reduce(0) { $0 + $1.meanWidth } / Double(found.count)
    }
    let (alone, together) = (try mean("--budget"), try mean("--window-budget"))
    #expect(together < alone - 0.05)
    let text = ["--text", Self.sentences]
    let shown = try document(["show", file] + text + ["--window-budget", "0.6", "--json"]).object
    #expect(shown?["window_budget"]?.double == 0.6 && shown?["budget"] == .null)
    #expect(try show(file, text).contains(", of which gates skip a part"))
    #expect(!(try show(file, text + ["--window-budget", "0.6"]).contains("gates")))
  }

  @Test func `a budget that cannot be had is shown, and said`() throws {
    let run = try dynamoe(
      ["show", try Fixture.routed().path, "--text", Self.sentences, "--budget", "0.01"])
    #expect(run.status == 0 && run.errors.contains("budget 0.01 is below the smallest"))
    #expect(!run.output.contains(/\n[0 ]*[1-9][0-9 ]*\n/) && run.output.contains(/\n0[0 ]*\n/))
  }

  @Test func `the report shows the same, and which tokens are easy or hard`() throws {
    let file = folder.path("t.dmoe")
    try expectDone(
      [
        "partition", Fixture.model, "-o", file, "--show-text", Self.sentences, "--show-text",
        Fixture.heldOutText,
      ] + Fixture.text)
    let report = try JSONScanner.scan(bytes(at: folder.path("t.report.json"))).object
    let passages = try #require(report?["passages"]?.array).compactMap(\.object)
    #expect(
      passages.compactMap { $0["title"]?.string }
        == ["held-out text", "sentences.txt", "heldout.txt"])
    #expect(passages.allSatisfy { $0["budget"]?.double == 0.5 })
    let shown = try passages.map { try #require($0["tokens"]?.array).map(Token.init) }
    #expect(shown.map(\.count) == [200, 400, 400])
    for (passage, text) in zip(shown.dropFirst(), [Self.sentences, Fixture.heldOutText]) {
      #expect(try tokens(file, ["--text", text, "--max-tokens", "400"]) == passage)
    }
    // The held-out text follows the calibration text.
    let whole = try tokens(file, ["--text", Fixture.calibrationText, "--max-tokens", "3072"])
    #expect(whole.dropFirst(2048).prefix(200).map(\.text) == shown[0].map(\.text))
    let kinds = try #require(report?["token_kinds"]?.object)
    func widths(_ name: String) throws -> [Double] {
      let kinds = try #require(kinds[name]?.array).compactMap(\.object)
      #expect(kinds.allSatisfy { $0["count"]?.int ?? 0 >= 5 && $0["text"]?.string != nil })
      return kinds.compactMap { $0["mean_width"]?.double }
    }
    let (easy, hard) = (try widths("easy"), try widths("hard"))
    #expect(easy.count == 12 && easy == easy.sorted())
    #expect(hard.count == 12 && hard == hard.sorted(by: >) && easy[11] < hard[11])
  }

  @Test func `without routers the report shows no tokens, and is not asked to`() throws {
    let report = try JSONScanner.scan(bytes(at: try Fixture.converted().report)).object
    #expect(report?["passages"] == .null && report?["token_kinds"] == .null)
    let output = ["partition", Fixture.model, "-o", folder.path("t.dmoe")]
    let shown = ["--show-text", Self.sentences]
    try expectRefused(
      output + Fixture.text + shown + ["--router", "none"], 64, ["--show-text"], in: folder)
    try expectRefused(
      output + ["--importance", "weights"] + shown, 64, ["--show-text"], in: folder)
    let none = folder.path("none.txt")
    try expectRefused(output + Fixture.text + ["--show-text", none], 66, [none], in: folder)
    let empty = try folder.write([], to: "empty.txt")
    try expectRefused(
      output + Fixture.text + ["--show-text", empty], 65, [empty, "0 tokens"], in: folder)
    let same = try folder.write(try bytes(at: Self.sentences), to: "same.dmoe")
    try expectRefused(
      ["partition", Fixture.model, "-o", same, "--force", "--show-text", same] + Fixture.text, 73,
      ["is the input"], in: folder)
  }
}
