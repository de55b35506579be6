/// Numbers: RFC 8259, section 6.
extension JSONScanner {
  mutating func number() throws(JSONError) -> JSONNumber {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let leadingZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
    let integerDigits = skipDigits()
    guard integerDigits == 1 || (integerDigits > 1 && !leadingZero) else {
      throw JSONError(.invalidNumber, at: start)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() > 0 else { throw JSONError(.invalidNumber, at: start) }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count,
        bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      guard skipDigits() > 0 else { throw JSONError(.invalidNumber, at: start) }
    }
    return JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  /// Number that RFC 8259 has no form for; nil if there is none here.
  mutating func notFinite() -> JSONNumber? {
    for word in ["NaN", "Infinity", "-Infinity"]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return JSONNumber(text: word)
    }
    return nil
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
    {
      position += 1
    }
    return position - start
  }
}
