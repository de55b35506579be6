import Architectures
import ByteIO
import DMOE
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct SpoiltFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: spoiltDirectories + spoiltTensors)
  func `a directory that breaks a rule is refused by the field`(file: SpoiltFile) throws {
    var draft = try Draft.sample()
    try file.spoil(&draft)
    #expect(draft.bytes != (try Draft.sample().bytes))
    let path = try folder.write(draft.bytes, to: "file")
    let error = try #require(throws: DMOEError.self) { try DMOEReader(path: path) }
    #expect(error.field == file.field, "\(error)")
    #expect(error.description.contains(path))
  }

  @Test func `the independent reader refuses them as well`() throws {
    var paths: [String] = []
    let files = spoiltDirectories + spoiltTensors + spoiltPreambles
    for (number, file) in files.enumerated() {
      var draft = try Draft.sample()
      try file.spoil(&draft)
      paths.append(try folder.write(draft.bytes, to: "\(number)"))
    }
    for (file, verdict) in zip(files, try Peer.judge(paths)) {
      #expect(verdict.hasPrefix("reject: "), "\(file.name): \(verdict)")
    }
  }

  @Test(arguments: spoiltPreambles)
  func `a preamble that breaks a rule is refused by the field`(file: SpoiltFile) throws {
    var draft = try Draft.sample()
    try file.spoil(&draft)
    let path = try folder.write(draft.bytes, to: "file")
    let error = try #require(throws: DMOEError.self) { try DMOEReader(path: path) }
    #expect(error.field == file.field, "\(error)")
  }

  @Test func `what is not named is skipped, whatever it holds`() throws {
    let unknown: JSONValue = [
      "a": [1, -1, .null], "kind": "x", "": .string("\u{0}"), "deep": Self.nested(60),
    ]
    var draft = try Draft.sample()
    for path in [
      "unknown", "model.x", "plan.x", "source.x", "source.tensors[0].x", "source.tensors[1].ffn.x",
      "sections[0].x", "sections[1].tensors[0].x",
    ] { draft.directory[path] = unknown }
    draft.directory.remove("generator")
    draft.directory.remove("source.metadata")
    draft.directory["block_bytes"] = 4096
    let path = try folder.write(draft.bytes, to: "file")
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.judge([path]) == ["accept"])
    let directory = try DMOEReader(path: path).directory
    #expect(directory.generator == nil && directory.sourceMetadata.isEmpty)
  }

  @Test func `an array of equal widths is as good as one width`() throws {
    var draft = try Draft.sample()
    draft.directory["requires"] = ["layer_widths"]
    draft.directory["model.intermediate_size"] = [8]
    let path = try folder.write(draft.bytes, to: "file")
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.judge([path]) == ["accept"])
    #expect(try DMOEReader(path: path).directory.model.neurons.uniform == 8)
  }

  @Test func `tensors of a section may be in any order`() throws {
    var draft = try Draft.sample()
    // Both have the same length, so that swapping them moves nothing else.
    for key in ["layer", "kind", "element_type", "shape", "blocks"] {
      let gate = draft.directory["sections[2].tensors[0].\(key)"]
      draft.directory["sections[2].tensors[0].\(key)"] =
        draft.directory["sections[2].tensors[2].\(key)"]
      draft.directory["sections[2].tensors[2].\(key)"] = gate
    }
    let start = (draft.directory["sections[2].tensors[0].offset"].int ?? 0) - 64 - Draft.room
    let down = (draft.directory["sections[2].tensors[2].offset"].int ?? 0) - 64 - Draft.room
    for byte in 0..<64 { draft.body.swapAt(start + byte, down + byte) }
    let path = try folder.write(draft.bytes, to: "file")
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.judge([path]) == ["accept"])
  }

  /// Names that differ in bytes are two names, and two files.
  @Test func `names that only look alike are different names`() throws {
    var draft = try Draft.sample()
    draft.directory["source.metadata"] = ["é": "1", "e\u{301}": "2"]
    draft.directory["sections[0].tensors[1].name"] = "é"
    draft.directory["sections[0].tensors[4].kind"] = "file"
    draft.directory["sections[0].tensors[4].name"] = "e\u{301}"
    let path = try folder.write(draft.bytes, to: "file")
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.judge([path]) == ["accept"])
    let reader = try DMOEReader(path: path)
    #expect(try reader.shared(.file("é")).map { try reader.read($0).count } == 2)
    #expect(try reader.shared(.file("e\u{301}")).map { try reader.read($0).count } == 100)
  }

  private static func nested(_ levels: Int) -> JSONValue {
    (0..<levels).reduce(0) { inner, _ in [inner] }
  }
}

/// Invalid preambles, and directories that are not valid JSON.
let spoiltPreambles: [SpoiltFile] =
  [
    SpoiltFile("version 0", "version") { $0.version = 0 },
    SpoiltFile("version 2", "version") { $0.version = 2 },
    SpoiltFile("version 2^32 - 1", "version") { $0.version = .max },
    SpoiltFile("a wrong checksum of the preamble", "preamble") { $0.preambleChecksum = 7 },
    SpoiltFile("a wrong checksum of the directory", "directory") { $0.directoryChecksum = 7 },
    SpoiltFile("the first reserved byte", "reserved") { $0.reserved[0] = 1 },
    SpoiltFile("the last reserved byte", "reserved") { $0.reserved[31] = 0x80 },
    SpoiltFile("a directory that is cut by its length", "directory") { $0.directoryLength -= 64 },
  ]
  + [0, 1, 63, 65, 1 << 30, 1 << 30 + 64, 1 << 31, 1 << 62, 1 << 63, .max, .max - 63].map {
    length in
    SpoiltFile("directory_length \(length)", "directory_length") {
      $0.directoryLength = length
    }
  }
  + [0, 64, UInt64(Draft.room), 1 << 63, .max].map { length in
    SpoiltFile("file_length \(length)", "file_length") { $0.fileLength = length }
  }
  + [
    ("nothing", []), ("an array", Array("[]".utf8)), ("a string", Array("\"x\"".utf8)),
    ("null", Array("null".utf8)), ("an empty object", Array("{}".utf8)),
  ].map { (name: String, text: [UInt8]) in
    SpoiltFile(
      "\(name) for the directory",
      name.contains("object") ? "requires" : name == "nothing" ? "text" : ""
    ) {
      $0.text = text
    }
  }
  + [
    ("half a surrogate pair", Array(#"{"x":"\ud800"}"#.utf8)),
    ("bytes that are not UTF-8", [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]),
    ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("{}".utf8)),
    ("two documents", Array("{}{}".utf8)), ("a zero byte behind", Array("{}\u{0}".utf8)),
    ("a comma too much", Array(#"{"a":1,}"#.utf8)), ("NaN", Array(#"{"a":NaN}"#.utf8)),
    ("an endless string", Array("{\"a".utf8)),
    ("a key twice, once escaped", Array(#"{"a":1,"\u0061":1}"#.utf8)),
    ("brackets without end", [UInt8](repeating: UInt8(ascii: "["), count: 10_000)),
  ].map { (name: String, text: [UInt8]) in
    SpoiltFile("\(name) in the directory", "text") { $0.text = text }
  }
