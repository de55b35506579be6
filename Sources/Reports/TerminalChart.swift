import Glibc

/// Chart of ratios over cost in text characters; the vertical axis is logarithmic.
package struct TerminalChart: Sendable {
  package struct Series: Sendable {
    package let name: String
    package let mark: Character
    /// Whether a dotted line joins the points.
    package let isJoined: Bool
    package let points: [Point]

    package init(name: String, mark: Character, isJoined: Bool = false, points: [Point]) {
      self.name = name
      self.mark = mark
      self.isJoined = isJoined
      self.points = points.filter { $0.cost.isFinite && $0.ratio.isFinite && $0.ratio > 0 }
    }
  }

  package struct Point: Sendable {
    package let cost: Double
    package let ratio: Double

    package init(cost: Double, ratio: Double) {
      self.cost = cost
      self.ratio = ratio
    }
  }

  private let vertical: String
  private let horizontal: String
  /// Series by priority: the first sets the vertical range, earlier marks hide later ones.
  private let series: [Series]
  private let columns: Int
  private let rows: Int
  private let lowest: Double
  private let highest: Double
  private let widest: Double

  /// - Parameters:
  ///   - vertical: the title of the ratios.
  ///   - horizontal: the title of the costs, which begin at 0.
  ///   - series: at least one; on the logarithmic axis the frame is at most twice as high as the
  ///     first one needs, and points above it are only counted in the legend.
  ///   - columns: the width of the frame in characters.
  ///   - rows: the height of the frame in lines.
  package init(
    vertical: String, horizontal: String, series: [Series], columns: Int = 48, rows: Int = 12
  ) {
    self.vertical = vertical
    self.horizontal = horizontal
    self.series = series
    self.columns = columns
    self.rows = rows
    let ratios = series.flatMap { $0.points.map(\.ratio) }
    let own = series.first?.points.map(\.ratio).max() ?? 1
    lowest = log(min(ratios.min() ?? 1, 1))
    highest = max(min(log(ratios.max() ?? 1), 2 * log(max(own, 1))), lowest + log(1.02))
    widest = max(series.flatMap { $0.points.map(\.cost) }.max() ?? 1, 1)
  }

  /// Lines of the chart, without trailing spaces.
  package func lines(indent: Int = 2) -> [String] {
    var grid = [[Character]](
      repeating: [Character](repeating: " ", count: columns), count: rows)
    for series in series.reversed() {
      if series.isJoined { join(series.points, in: &grid) }
    }
    for series in series.reversed() {
      for point in series.points where isInside(point) {
        grid[row(point.ratio)][column(point.cost)] = series.mark
      }
    }
    let ticks = verticalTicks
    var lines = [vertical]
    for (row, cells) in grid.enumerated() {
      let label = ticks[row] ?? ""
      lines.append(padded(label) + (ticks[row] == nil ? " │" : " ┤") + String(cells))
    }
    lines += horizontalAxis
    lines += [padded("") + "  " + horizontal, padded("") + "  " + legend]
    let space = String(repeating: " ", count: indent)
    return lines.map { line in String((space + line).reversed().drop { $0 == " " }.reversed()) }
  }

  private static let labelWidth = 7

  private func padded(_ label: String) -> String {
    String(repeating: " ", count: max(Self.labelWidth - label.count, 0)) + label
  }

  private func isInside(_ point: Point) -> Bool { log(point.ratio) <= highest + 1e-12 }

  /// Height in the frame, 0 … 1.
  private func height(_ ratio: Double) -> Double { (log(ratio) - lowest) / (highest - lowest) }

  private func row(_ ratio: Double) -> Int {
    rows - 1 - Int((height(ratio) * Double(rows - 1)).rounded())
  }

  private func column(_ cost: Double) -> Int {
    Int((max(cost, 0) / widest * Double(columns - 1)).rounded())
  }

  /// Labels of round ratios by row, never in adjacent rows.
  private var verticalTicks: [Int: String] {
    let powers: [Double] = (0..<9).map { pow(10, Double($0)) }
    let above: [Double] = powers.flatMap { power in [2, 3, 5, 10].map { power * $0 } }
    let round: [Double] = [1, 1.01, 1.02, 1.05, 1.1, 1.2, 1.3, 1.5] + above
    var ticks: [Int: String] = [:]
    var last = rows + 1
    for ratio in round where log(ratio) <= highest + 1e-12 {
      let row = row(ratio)
      guard last - row >= 2 else { continue }
      ticks[row] = "× " + (ratio < 2 ? HumanText.fixed(ratio, digits: 2) : "\(Int(ratio))")
      last = row
    }
    return ticks
  }

  private var horizontalAxis: [String] {
    var line = [Character](repeating: "─", count: columns)
    var labels = [Character](repeating: " ", count: columns + 4)
    for (cost, label) in [(0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1, "1")] {
      let column = column(cost)
      line[column] = "┬"
      let start = max(column - label.count / 2, 0)
      labels.replaceSubrange(start..<start + label.count, with: label)
    }
    return [padded("") + " └" + String(line), padded("") + "  " + String(labels)]
  }

  private var legend: String {
    series.map { series in
      let above = series.points.count { !isInside($0) }
      return "\(series.mark) \(series.name)" + (above > 0 ? " (\(above) above)" : "")
    }.joined(separator: "   ")
  }

  /// Draws a dotted line with eight dots to a character.
  private func join(_ points: [Point], in grid: inout [[Character]]) {
    var dots: [Int: UInt32] = [:]
    let points = points.sorted { $0.cost < $1.cost }
    for (from, to) in zip(points, points.dropFirst()) {
      let steps = 2 * (columns + 2 * rows)
      for step in 0...steps {
        let way = Double(step) / Double(steps)
        let cost = from.cost + way * (to.cost - from.cost)
        let up = height(from.ratio) + way * (height(to.ratio) - height(from.ratio))
        // Dots are centred on their character, as marks are.
        let x = Int((2 * max(cost, 0) / widest * Double(columns - 1) + 0.5).rounded())
        let y = Int((4 * (1 - up) * Double(rows - 1) + 1.5).rounded())
        guard (0..<4 * rows).contains(y), (0..<2 * columns).contains(x) else { continue }
        dots[y / 4 * columns + x / 2, default: 0] |= Self.dot(column: x % 2, row: y % 4)
      }
    }
    for (cell, bits) in dots {
      guard let scalar = Unicode.Scalar(0x2800 + bits) else { continue }
      grid[cell / columns][cell % columns] = Character(scalar)
    }
  }

  /// Bit of a dot in a character of the Unicode block Braille Patterns.
  private static func dot(column: Int, row: Int) -> UInt32 {
    row == 3 ? 0x40 << UInt32(column) : 1 << UInt32(row + 3 * column)
  }
}
