import JSON
import Testing

@Suite struct ScannerTests {
  @Test(
    arguments: [
      ("null", .null), ("true", true), (" false\n", false), ("[]", []), ("[ ]", []), ("{ }", [:]),
      ("[1,[2,[]],{}]", [1, [2, []], [:]]),
      (#"{"b":1,"a":{"c":null}}"#, ["b": 1, "a": ["c": .null]]),
      (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"),
      (#""\u0041\u00e9\u00E9""#, "Aéé"),
      (#""\u0000""#, "\0"), (#""\ud83d\ude00""#, "😀"),
      (#""\ud7ff\ue000\uffff""#, "\u{D7FF}\u{E000}\u{FFFF}"),
      ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"), ("\"é\"", "é"),
    ] as [(String, JSONValue)])
  func `a valid document is read`(text: String, value: JSONValue) throws {
    #expect(try JSONScanner.scan(Array(text.utf8)) == value)
  }

  @Test(
    arguments: [
      ("0", 0, 0), ("-1", -1, -1), ("9223372036854775807", Int.max, 0x1p63),
      ("-9223372036854775808", Int.min, -0x1p63), ("9223372036854775808", nil, 0x1p63),
      ("-0", nil, -0.0), ("1.0", nil, 1), ("1e0", nil, 1), ("1E+2", nil, 100), ("25e-1", nil, 2.5),
      ("1e400", nil, .infinity), ("0.1", nil, 0.1), ("5e-324", nil, .leastNonzeroMagnitude),
    ] as [(String, Int?, Double)])
  func `a number is kept as it was written`(text: String, int: Int?, double: Double) throws {
    let value = try JSONScanner.scan(Array(text.utf8))
    #expect(value.int == int)
    #expect(value.double?.bitPattern == double.bitPattern)
    #expect(JSONWriter.text(value) == text)
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1),
      ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("{\"a\"", .unexpectedEnd, 4),
      ("{\"a\":", .unexpectedEnd, 5), ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 2),
      (#""\u12"#, .unexpectedEnd, 5), ("tru", .unexpectedEnd, 3),
      ("truE", byte("E", "\"true\""), 3), ("nul]", byte("]", "\"null\""), 3),
      ("'a'", byte("'", "a value"), 0), ("NaN", byte("N", "a value"), 0),
      ("+1", byte("+", "a value"), 0),
      (".5", byte(".", "a value"), 0), ("[,1]", byte(",", "a value"), 1),
      ("[1,]", byte("]", "a value"), 3),
      ("[1 2]", byte("2", "\",\" or \"]\""), 3), ("[1}", byte("}", "\",\" or \"]\""), 2),
      ("{1:2}", byte("1", "a key in quotes"), 1), ("{a:1}", byte("a", "a key in quotes"), 1),
      (#"{"a":1,}"#, byte("}", "a key in quotes"), 7), (#"{"a",1}"#, byte(",", "\":\""), 4),
      (#"{"a":1"b":2}"#, byte("\"", "\",\" or \"}\""), 6), ("// x", byte("/", "a value"), 0),
      ("\u{FEFF}1", .unexpectedByte(0xEF, expected: "a value"), 0),
      ("\u{A0}1", .unexpectedByte(0xC2, expected: "a value"), 0),
      ("1 1", .trailingBytes, 2), ("1\0", .trailingBytes, 1), ("{}x", .trailingBytes, 2),
      ("01", .invalidNumber, 0), ("-", .invalidNumber, 0), ("-a", .invalidNumber, 0),
      ("1.", .invalidNumber, 0),
      ("1.e1", .invalidNumber, 0), ("1e", .invalidNumber, 0), ("1e+", .invalidNumber, 0),
      ("-01", .invalidNumber, 0),
      ("0x10", .trailingBytes, 1), ("1_0", .trailingBytes, 1),
      ("\"\n\"", .controlCharacter(0x0A), 1), ("\"\\n\0\"", .controlCharacter(0), 3),
      (#""\x41""#, .invalidEscape, 1), (#""\u00g0""#, .invalidEscape, 1),
      (#""\U0041""#, .invalidEscape, 1),
      (#""\ud800""#, .invalidEscape, 1), (#""\udc00""#, .invalidEscape, 1),
      (#""a\ud800\u0041""#, .invalidEscape, 2),
      (#""\ud800\ud800""#, .invalidEscape, 1), (#""\ud800\n""#, .invalidEscape, 1),
      (#""\udc00\ud800""#, .invalidEscape, 1),
      (#"{"a":1,"a":1}"#, .duplicateKey("a"), 7), (#"{"a":1,"\u0061":1}"#, .duplicateKey("a"), 7),
      (#"[{"":1,"":1}]"#, .duplicateKey(""), 7),
    ] as [(String, JSONError.Reason, Int)])
  func `an invalid document is refused where it is wrong`(
    text: String, reason: JSONError.Reason, offset: Int
  ) {
    #expect(throws: JSONError(reason, at: offset)) { try JSONScanner.scan(Array(text.utf8)) }
  }

  @Test(
    arguments: [
      [0x80], [0xC3], [0xC0, 0x80], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func `a string that is not UTF-8 is refused`(bytes: [UInt8]) {
    #expect(throws: JSONError(.invalidUTF8, at: 1)) {
      try JSONScanner.scan([UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")])
    }
    #expect(throws: JSONError(.invalidUTF8, at: 1)) {
      try JSONScanner.scan(Array("\"\\n".utf8) + bytes + [UInt8(ascii: "\"")])
    }
  }

  @Test func `keys that only look alike are different`() throws {
    let value = try JSONScanner.scan(Array("{\"é\":1,\"e\u{301}\":2}".utf8))
    #expect(value.object?["é"] == 1)
    #expect(value.object?["e\u{301}"] == 2)
  }

  @Test(arguments: ["[", #"{"a":"#])
  func `documents may be nested to the limit and no deeper`(opening: String) throws {
    func document(_ levels: Int) -> [UInt8] {
      let closing = opening == "[" ? "]" : "}"
      return Array(
        (String(repeating: opening, count: levels) + (opening == "[" ? "" : "1")
          + String(repeating: closing, count: levels)).utf8)
    }
    let limit = JSONScanner.nestingLimit
    _ = try JSONScanner.scan(document(limit))
    for levels in [limit + 1, 100_000] {
      #expect(
        throws: JSONError(.nestedTooDeeply(limit: limit), at: limit * opening.utf8.count)
      ) { try JSONScanner.scan(document(levels)) }
    }
    // Siblings do not count as nesting.
    _ = try JSONScanner.scan(Array(("[" + String(repeating: "[],", count: 1000) + "[]]").utf8))
  }

  @Test func `an error shows no control characters of a key`() {
    let error = JSONError(.duplicateKey("a\u{1B}[31m"), at: 0)
    #expect(error.description == #"invalid JSON at byte 0: duplicate key "a\u001b[31m""#)
  }
}

private func byte(_ found: Unicode.Scalar, _ expected: String) -> JSONError.Reason {
  .unexpectedByte(UInt8(ascii: found), expected: expected)
}
