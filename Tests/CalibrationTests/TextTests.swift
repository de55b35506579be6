import ByteIO
import Calibration
import TestSupport
import Testing

@Suite struct TextTests {
  static let noLimit = Int.max

  @Test func `files are read in the order in which they are named`() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write(Array("äb\r\n".utf8), to: "a.txt")
    let second = try folder.write([], to: "b.txt")
    let text = try CalibrationText(paths: [first, second, first], byteLimit: Self.noLimit)
    #expect(text.documents == ["äb\r\n", "", "äb\r\n"])
    #expect(text.byteCount == 10)
    #expect(text.digest == SHA256Digest.digest(of: Array("äb\r\näb\r\n".utf8)))
  }

  static let malformed: [([UInt8], Int)] = [
    ([0xFF], 0), ([0x61, 0x80], 1), ([0xC3, 0xA4, 0xC3], 2), ([0xC3, 0xA4, 0x61, 0xE2, 0x82], 3),
    ([0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0, 0x80], 4), ([0x61, 0xC0, 0xAF], 1),
    ([0x0A, 0x0A, 0xF5, 0x80, 0x80, 0x80], 2),
  ]

  @Test(arguments: malformed)
  func `text that is not UTF-8 is refused with the place`(bytes: [UInt8], offset: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "a.txt")
    #expect(throws: CalibrationError.notUTF8(path: path, offset: offset)) {
      try CalibrationText(paths: [path], byteLimit: Self.noLimit)
    }
  }

  @Test func `of lines of JSON the text is taken`() throws {
    let folder = try TemporaryFolder()
    let lines = """
      {"text": "one\\n", "id": 1}\r
      \t
      {"id": {"text": "no"}, "text": ""}

      {"text": "\\u00e9"}
      """
    let path = try folder.write(Array(lines.utf8), to: "a.jsonl")
    let text = try CalibrationText(paths: [path], byteLimit: Self.noLimit)
    #expect(text.documents == ["one\n", "", "é"])
    #expect(text.byteCount == lines.utf8.count)
  }

  @Test(
    arguments: [
      ("[\"text\"]", 1), ("{\"text\": \"a\"}\n{\"Text\": \"a\"}", 2), ("\n\n{\"text\": 1}", 3),
      ("{\"text\": \"a\"}\n{\"text\": null}\n", 2), ("{\"text\": \"a\"", 1),
      ("{\"text\": \"a\"} {\"text\": \"b\"}", 1), ("{\"text\": \"a\", \"text\": \"b\"}", 1),
    ])
  func `a line without text is refused with its number`(lines: String, number: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(lines.utf8), to: "a.jsonl")
    let error = #expect(throws: CalibrationError.self) {
      try CalibrationText(paths: [path], byteLimit: Self.noLimit)
    }
    guard case .line(path, number, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a limit cuts behind the last whole character`() throws {
    let folder = try TemporaryFolder()
    let whole = "aé€😀b"
    let path = try folder.write(Array(whole.utf8), to: "a.txt")
    let expected = [
      "", "a", "a", "aé", "aé", "aé", "aé€", "aé€", "aé€", "aé€", "aé€😀", whole, whole,
    ]
    for (limit, expected) in expected.enumerated() {
      let text = try CalibrationText(paths: [path], byteLimit: limit)
      #expect(text.documents == [expected], "limit \(limit)")
      #expect(text.byteCount == expected.utf8.count)
      #expect(text.digest == SHA256Digest.digest(of: Array(expected.utf8)))
    }
  }

  @Test func `a limit hides no malformed text`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 0x80, count: 9), to: "a.txt")
    #expect(throws: CalibrationError.notUTF8(path: path, offset: 0)) {
      try CalibrationText(paths: [path], byteLimit: 8)
    }
  }

  @Test func `a limit cuts lines of JSON behind the last whole line`() throws {
    let folder = try TemporaryFolder()
    let line = "{\"text\": \"a\"}\n"
    let path = try folder.write(Array((line + line + line).utf8), to: "a.jsonl")
    let count = line.utf8.count
    for (limit, documents) in [(3 * count, 3), (3 * count - 2, 2), (2 * count, 2), (count - 2, 0)] {
      let text = try CalibrationText(paths: [path], byteLimit: limit)
      #expect(text.documents.count == documents, "limit \(limit)")
    }
  }

  @Test func `a missing file is an error of the file system`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("no.txt")
    #expect(throws: CalibrationError.file(.missing(path: path))) {
      try CalibrationText(paths: [path], byteLimit: 10)
    }
  }
}
