import Glibc

/// Formatting of figures for the page, with no-break spaces.
enum PageText {
  static func unbroken(_ text: String) -> String {
    String(text.map { $0 == " " ? "\u{A0}" : $0 })
  }

  static func count(_ count: Int) -> String { unbroken(HumanText.count(count)) }

  static func bytes(_ count: Int) -> String { unbroken(HumanText.bytes(count)) }

  /// Mean number of bytes; a dash if no `Int` holds it.
  static func bytes(_ mean: Double) -> String {
    Int(exactly: mean.rounded()).map(bytes) ?? "–"
  }

  static func percent(_ fraction: Double) -> String { unbroken(HumanText.percent(fraction)) }

  static func fixed(_ value: Double, _ digits: Int) -> String {
    HumanText.fixed(value, digits: digits)
  }

  static func significant(_ value: Double, _ digits: Int = 3) -> String {
    HumanText.significant(value, digits: digits)
  }

  /// Ratio for the label of a point, with more digits near 1.
  static func ratio(_ ratio: Double) -> String {
    fixed(ratio, ratio < 1.1 ? 3 : ratio < 10 ? 2 : ratio < 100 ? 1 : 0)
  }

  /// Phrase for a perplexity ratio: "grows by 8 %".
  static func growth(_ ratio: Double) -> String {
    switch ratio {
    case ..<1: "does not grow"
    case ..<1.01: "grows by less than \(unbroken("1 %"))"
    case ..<2: "grows by \(unbroken(fixed(100 * (ratio - 1), 0) + " %"))"
    default: "grows \(fixed(ratio, ratio < 10 ? 1 : 0))-fold"
    }
  }

  /// Change as a figure: `+8.1 %`, `×66`.
  static func change(_ ratio: Double) -> String {
    guard ratio < 2 else { return "×\(ratio < 10 ? fixed(ratio, 1) : fixed(ratio, 0))" }
    let percent = 100 * (ratio - 1)
    return (percent < 0 ? "−" : "+")
      + unbroken(fixed(abs(percent), abs(percent) < 9.95 ? 1 : 0) + " %")
  }

  /// Length in a drawing, to a tenth of a unit.
  static func length(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let tenths = (min(max(value, -1e6), 1e6) * 10).rounded() / 10
    return Int(exactly: tenths).map(String.init) ?? "\(tenths)"
  }

  /// Value as in the report, for programs that read the page.
  static func raw(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

  /// Values to five significant digits, for attributes with many of them.
  static func raw(_ values: [Double]) -> String {
    values.map { value in
      let text = HumanText.significant(value, digits: 5)
      guard text.contains("."), !text.contains("e") else { return text }
      let kept = text.reversed().drop { $0 == "0" }
      return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
    }.joined(separator: " ")
  }
}
