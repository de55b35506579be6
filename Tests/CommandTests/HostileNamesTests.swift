import JSON
import TestSupport
import Testing

/// Names and texts from files that could control a terminal or mislead a reader.
@Suite struct HostileNamesTests {
  private static let hostile = [
    "esc\u{1B}[2Jape", "title\u{1B}]0;owned\u{7}", "new\nline\r", "bell\u{7}nul\u{0}",
    "right\u{202E}left", "isolate\u{2067}d", "zero\u{200B}width", "c1\u{9B}31m",
    "line\u{2028}separator", "byte\u{FEFF}order", "del\u{7F}ete",
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Control and format characters in a text, except line ends.
  private func harmful(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: scalar != "\n"
      default: false
      }
    }
  }

  @Test func `names of tensors are escaped for people, and whole in documents`() throws {
    var model = SmallModel()
    model.metadata = [("format", Self.hostile.joined())]
    model.tensors += Self.hostile.map { ($0, [2]) }
    let path = try model.write(to: folder)
    let output = folder.path("t.dmoe")
    try expectDone(["partition", path, "-o", output, "--importance", "weights"])
    for file in [path, output] {
      for command in [
        ["inspect", file], ["inspect", file, "--tensors"], ["inspect", file, "--statistics"],
        ["validate", file],
      ] {
        let text = try expectDone(command)
        #expect(harmful(text).isEmpty, "\(command): \(text)")
        if command[0] == "inspect" {
          #expect(text.contains("esc\\u{1b}[2Jape") && text.contains("new\\u{a}line\\u{d}"))
        }
      }
      let document = try JSONScanner.scan(
        Array(try expectDone(["inspect", file, "--json"]).utf8))
      let names = try #require(document.object?["tensors"]?.array).map {
        $0.object?["name"]?.string
      }
      #expect(Self.hostile.allSatisfy(names.contains))
    }
    try expectDone(["validate", output, "--against", path])
  }

  @Test(arguments: hostile)
  func `errors about hostile names are one harmless line`(name: String) throws {
    // A malformed tensor, in a file whose own name is hostile too.
    let text = JSONWriter.text(.string(name))
    let file = "bad" + name.filter { $0 != "\0" && $0 != "/" } + ".safetensors"
    let header =
      "{\(text):{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,1]}}"
    let path = try folder.write(crafted(header, 1), to: file)
    try expectRefused(["inspect", path], 65, ["expected 9 bytes"], in: folder)

    var model = SmallModel()
    model.config["model_type"] = .string(name)
    let other = try model.write(to: folder)
    try expectRefused(
      ["partition", other, "--importance", "weights", "-o", folder.path("t.dmoe")], 65,
      ["unknown model_type"], in: folder)
    for command in ["inspect", "validate"] {
      #expect(harmful(try expectDone([command, other])).isEmpty)
    }
    model.config["model_type"] = "llama"
    model.config["hidden_act"] = .string(name)
    try model.write(to: folder)
    #expect(harmful(try dynamoe(["validate", other]).output).isEmpty)
    #expect(harmful(try expectDone(["inspect", other])).isEmpty)
  }

  @Test func `code of strangers is named as a risk, harmlessly`() throws {
    var model = SmallModel()
    model.config["auto_map"] = ["AutoModel": .string("modeling.\(Self.hostile.joined())")]
    let path = try model.write(to: folder)
    try folder.write([0x80, 2], to: "model/pytorch_model\u{1B}[2J.bin")
    try folder.write(
      Array(#"{"auto_map": {"AutoTokenizer": ["evil.Evil", null]}}"#.utf8),
      to: "model/tokenizer_config.json")
    let text = try expectDone(["inspect", path])
    #expect(text.contains("pickles") && text.contains("trust_remote_code"))
    #expect(text.contains("tokenizer_config.json: auto_map (evil.Evil)"))
    #expect(harmful(text).isEmpty)
  }

  @Test func `a crafted container is no more harmful than a checkpoint`() throws {
    let model = try SmallModel().write(to: folder)
    let output = folder.path("t.dmoe")
    try expectDone(["partition", model, "-o", output, "--importance", "weights"])
    // `importance` is free text in the directory; the script fixes the checksums.
    let program = """
      import struct, sys, zlib
      path = sys.argv[1]
      data = bytearray(open(path, "rb").read())
      end = 64 + struct.unpack_from("<Q", data, 8)[0]
      directory = data[64:end].rstrip(b" ")
      directory = directory.replace(b'"weights"', b'"w\\\\u001b[2J\\\\u202e"')
      data[64:end] = directory.ljust(end - 64, b" ")
      struct.pack_into("<I", data, 24, zlib.crc32(data[64:end]))
      struct.pack_into("<I", data, 60, zlib.crc32(data[:60]))
      open(path, "wb").write(data)
      """
    _ = try python(["-c", program, output])
    let text = try expectDone(["inspect", output])
    #expect(text.contains("ranked by w\\u{1b}[2J\\u{202e}") && harmful(text).isEmpty)
  }
}
