/// How much of what a file says is repeated in an error.
private let longest = 120

/// Text of a file in quotes, cut, and without what a terminal would obey.
func quoted(_ text: String) -> String {
  var result = "\""
  var count = 0
  for scalar in text.unicodeScalars {
    guard count < longest else { return result + "…\"" }
    count += 1
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case _ where isHarmful(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

func quoted(_ bytes: [UInt8]) -> String {
  // No more is decoded than is shown.
  quoted(String(decoding: bytes.prefix(4 * longest + 4), as: UTF8.self))
}

func quoted(_ names: [String]) -> String {
  names.prefix(4).map { quoted($0) }.joined(separator: ", ") + (names.count > 4 ? ", …" : "")
}

private func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator: true
  default: false
  }
}
