/// Strings: RFC 8259, section 7.
extension JSONScanner {
  mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while true {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        let text = try decoded(bytes[start..<position], from: start)
        position += 1
        return text
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20:
        throw JSONError(.controlCharacter(byte), at: position)
      default:
        position += 1
      }
    }
  }

  /// Reads the rest of a string from its first escape, at the current position.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var unescaped = Array(bytes[start..<position])
    while true {
      let byte = try peek()
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        return try decoded(unescaped[...], from: start)
      case UInt8(ascii: "\\"):
        unescaped.append(contentsOf: try escape())
      case 0..<0x20:
        throw JSONError(.controlCharacter(byte), at: position - 1)
      default:
        unescaped.append(byte)
      }
    }
  }

  private func decoded(_ utf8: ArraySlice<UInt8>, from start: Int) throws(JSONError) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw JSONError(.invalidUTF8, at: start)
    }
    return text
  }

  /// Reads an escape after its backslash; returns the bytes it represents.
  private mutating func escape() throws(JSONError) -> [UInt8] {
    let start = position - 1
    let byte = try peek()
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): break
    default: throw JSONError(.invalidEscape, at: start)
    }
    var units = [try hexadecimalUnit(escapeStart: start)]
    if (0xD800...0xDBFF).contains(units[0]) {
      guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      else { throw JSONError(.invalidEscape, at: start) }
      position += 2
      units.append(try hexadecimalUnit(escapeStart: start))
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw JSONError(.invalidEscape, at: start)
    }
    return Array(text.utf8)
  }

  private mutating func hexadecimalUnit(escapeStart: Int) throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      let byte = try peek()
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw JSONError(.invalidEscape, at: escapeStart)
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
