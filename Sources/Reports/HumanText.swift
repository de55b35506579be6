import Glibc

/// Formatting of numbers and lines for people.
package enum HumanText {
  /// Bytes in decimal units, as file systems and download pages show them: `14.5 GB`.
  package static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 999.5 || unit == "TB" {
        return unit == "B" ? "\(count) B" : "\(significant(value)) \(unit)"
      }
      value /= 1000
    }
    return "\(count) B"
  }

  /// Count in thousands, millions or billions: `7.24 B`.
  package static func parameters(_ count: Int) -> String {
    switch Double(count) {
    case 999.5e6...: "\(significant(Double(count) / 1e9)) B"
    case 999.5e3...: "\(significant(Double(count) / 1e6)) M"
    case 1e3...: "\(significant(Double(count) / 1e3)) K"
    default: "\(count)"
    }
  }

  /// Digits in groups of three: `16 384`.
  package static func count(_ count: Int) -> String {
    let digits = Array(String(count))
    var text = ""
    for (index, digit) in digits.enumerated() {
      let rest = digits.count - index
      if index > 0, rest % 3 == 0, digits[index - 1] != "-" { text += " " }
      text.append(digit)
    }
    return text
  }

  package static func percent(_ fraction: Double) -> String {
    fixed(100 * fraction, digits: fraction < 0.1 && fraction > 0 ? 1 : 0) + " %"
  }

  /// Number with a fixed count of decimal places; a dash if it is not finite.
  package static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return "–" }
    let scale = pow(10, Double(digits))
    guard abs(value) * scale < 1e15 else { return value.description }
    let scaled = Int((value * scale).rounded())
    guard digits > 0 else { return String(scaled) }
    let whole = String(abs(scaled) / Int(scale))
    let rest = String(abs(scaled) % Int(scale))
    let zeros = String(repeating: "0", count: digits - rest.count)
    return (scaled < 0 ? "-" : "") + whole + "." + zeros + rest
  }

  /// Duration: `0.8 s`, `42 s`, `12 min`.
  package static func seconds(_ seconds: Double) -> String {
    switch seconds {
    case ..<10: "\(fixed(seconds, digits: 1)) s"
    case ..<120: "\(fixed(seconds, digits: 0)) s"
    case ..<7200: "\(fixed(seconds / 60, digits: 0)) min"
    default: "\(fixed(seconds / 3600, digits: 1)) h"
    }
  }

  /// One number if all are equal, else the least and the greatest.
  package static func spread(_ counts: [Int]) -> String {
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    return count(least) + (least < most ? " to \(count(most))" : "")
  }

  /// Number with this many significant digits, in scientific form if it is far from 1.
  package static func significant(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    guard (-4...6).contains(exponent) else {
      return fixed(value / pow(10, Double(exponent)), digits: digits - 1) + "e\(exponent)"
    }
    return fixed(value, digits: max(digits - 1 - exponent, 0))
  }

  /// Three significant digits.
  private static func significant(_ value: Double) -> String {
    fixed(value, digits: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
  }

  /// Lines of at most `width` characters, except for longer words; all but the first are indented.
  package static func wrapped(_ text: String, width: Int = 100, indent: Int) -> [String] {
    var lines: [String] = []
    var line = String(text.prefix { $0 == " " })
    var isFirst = true
    for word in text.split(separator: " ") {
      if !isFirst, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isFirst = true
      }
      line += (isFirst ? "" : " ") + word
      isFirst = false
    }
    return lines + [line]
  }
}
