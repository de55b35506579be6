import Foundation
import GGUF
import TestSupport
import Testing

@Suite struct MetadataTests {
  @Test func `values are had by key and type`() throws {
    let metadata = try metadata([
      GGUFKeyValue("string", .text("é")), GGUFKeyValue("u8", .u8(7)), GGUFKeyValue("i64", .i64(-7)),
      GGUFKeyValue("f32", .f32(0.5)), GGUFKeyValue("f64", .f64(0.1)),
      GGUFKeyValue("bool", .bool(true)),
      GGUFKeyValue("strings", .array(.string([[0xFF], []]))),
      GGUFKeyValue("floats", .array(.f32([1, -0.5]))), GGUFKeyValue("doubles", .array(.f64([0.1]))),
      GGUFKeyValue("ints", .array(.i16([-1, 2]))), GGUFKeyValue("empty", .array(.u32([]))),
    ])
    #expect(
      metadata.entries.map(\.key) == [
        "string", "u8", "i64", "f32", "f64", "bool", "strings", "floats", "doubles", "ints",
        "empty",
      ])
    #expect(try metadata.string("string") == "é")
    #expect(try metadata.int("u8") == 7)
    #expect(try metadata.int("i64") == -7)
    #expect(try metadata.doubleIfPresent("f32") == 0.5)
    #expect(try metadata.doubleIfPresent("f64") == 0.1)
    #expect(try metadata.boolIfPresent("bool") == true)
    #expect(try metadata.stringsIfPresent("strings") == [[0xFF], []])
    #expect(try metadata.floatsIfPresent("floats") == [1, -0.5])
    #expect(try metadata.floatsIfPresent("doubles") == [0.1])
    #expect(try metadata.ints("ints") == [-1, 2])
    #expect(try metadata.ints("empty").isEmpty)
    #expect(metadata.entry("ints")?.elementType == .i16)
    #expect(metadata.entry("ints")?.count == 2)
    #expect(try metadata.valueIfPresent("u8") == .u8(7))
  }

  @Test func `a missing key is nil where it may be missing, and an error where not`() throws {
    let metadata = try metadata([])
    let missing = GGUFError.missingKey(path: path, key: "a")
    #expect(try metadata.valueIfPresent("a") == nil)
    #expect(try metadata.stringIfPresent("a") == nil)
    #expect(try metadata.intIfPresent("a") == nil)
    #expect(try metadata.doubleIfPresent("a") == nil)
    #expect(try metadata.boolIfPresent("a") == nil)
    #expect(try metadata.stringsIfPresent("a") == nil)
    #expect(try metadata.floatsIfPresent("a") == nil)
    #expect(try metadata.intsIfPresent("a") == nil)
    #expect(throws: missing) { try metadata.string("a") }
    #expect(throws: missing) { try metadata.int("a") }
    #expect(throws: missing) { try metadata.ints("a") }
  }

  @Test func `a value of another type is an error that names both, also where it may be missing`()
    throws
  {
    let metadata = try metadata([
      GGUFKeyValue("s", .string([0xFF])), GGUFKeyValue("u64", .u64(.max)),
      GGUFKeyValue("array", .array(.u64([1, .max]))), GGUFKeyValue("f", .f32(1)),
    ])
    /// The error message after the path.
    func refusal(_ body: () throws -> Void) throws -> String {
      let error = try #require(throws: GGUFError.self) { try body() }
      return String(error.description.dropFirst(path.count + 2))
    }
    #expect(
      try refusal { _ = try metadata.string("s") }
        == #""s" at byte 37: expected a string in UTF-8, found string "\#u{FFFD}""#)
    #expect(
      try refusal { _ = try metadata.int("u64") }
        == #""u64" at byte 61: expected an integer up to 9223372036854775807, "#
        + "found u64 18446744073709551615")
    #expect(try refusal { _ = try metadata.intIfPresent("f") }.hasSuffix("found f32 1.0"))
    #expect(try refusal { _ = try metadata.ints("array") }.hasSuffix("found array of 2 u64"))
    #expect(
      try refusal { _ = try metadata.floatsIfPresent("array") }.hasSuffix("found array of 2 u64"))
    #expect(
      try refusal { _ = try metadata.stringsIfPresent("s") }.contains(
        "expected an array of strings"))
    #expect(
      try refusal { _ = try metadata.doubleIfPresent("u64") }.contains("a floating-point number"))
    #expect(
      try refusal { _ = try metadata.boolIfPresent("f") }.contains("expected a bool, found f32 1.0")
    )
  }

  @Test func `a file that changed is an error, not a wrong value`() throws {
    let metadata = try metadata([GGUFKeyValue("a", .array(.string([[1], [2]])))])
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    // Makes the first string longer than the whole value.
    try handle.seek(toOffset: 24 + 9 + 4 + 12)
    try handle.write(contentsOf: Data([200]))
    #expect(throws: GGUFError.file(.changed(path: path))) { try metadata.stringsIfPresent("a") }
    try handle.truncate(atOffset: 30)
    #expect(throws: GGUFError.file(.changed(path: path))) { try metadata.stringsIfPresent("a") }
  }

  @Test func `a large vocabulary is passed over in no time`() throws {
    let tokens = (0..<150_000).map { Array("token \($0)".utf8) }
    let merges = (0..<150_000).map { Array("left\($0) right".utf8) }
    try Draft(metadata: [
      GGUFKeyValue("tokenizer.ggml.tokens", .array(.string(tokens))),
      GGUFKeyValue("tokenizer.ggml.scores", .array(.f32(tokens.indices.map { Float($0) }))),
      GGUFKeyValue("tokenizer.ggml.token_type", .array(.i32(tokens.map { _ in 1 }))),
      GGUFKeyValue("tokenizer.ggml.merges", .array(.string(merges))),
      GGUFKeyValue("last", .bool(true)),
    ]).write(to: path)
    var best = Duration.seconds(100)
    for _ in 0..<5 {
      let start = ContinuousClock.now
      _ = try GGUFReader(path: path)
      best = min(best, start.duration(to: .now))
    }
    #expect(best < .milliseconds(100))
    let metadata = try GGUFReader(path: path).metadata
    #expect(try metadata.boolIfPresent("last") == true)
    #expect(try metadata.stringsIfPresent("tokenizer.ggml.tokens") == tokens)
    #expect(try metadata.stringsIfPresent("tokenizer.ggml.merges") == merges)
    #expect(try metadata.floatsIfPresent("tokenizer.ggml.scores")?.last == 149_999)
  }

  private let folder: TemporaryFolder
  private let path: String
  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("m.gguf")
  }

  private func metadata(_ pairs: [GGUFKeyValue]) throws -> GGUFMetadata {
    try Draft(metadata: pairs).write(to: path)
    return try GGUFReader(path: path).metadata
  }
}
