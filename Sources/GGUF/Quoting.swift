/// Maximum number of scalars of a file's text shown in an error.
private let longest = 120

/// Quotes and truncates text of a file, and escapes terminal control characters.
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
  // Decodes no more than is shown.
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
