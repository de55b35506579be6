import Reports

/// A text on a terminal, every token shaded by how large an expert it was given; where there is no
/// colour, with a digit below it.
///
/// A character stands in the shade of the token that completes it, a combining mark in that of the
/// character which it joins; a token without a character of its own is not to be seen.
struct ShadedText {
  /// One place on a line.
  private struct Cell {
    var text: String
    let columns: Int
    let token: Int
  }

  private let tenths: [Int]
  private var rows: [[Cell]] = []

  /// - Parameters:
  ///   - tokens: one behind the other they are the text.
  ///   - columns: of the terminal.
  init(_ tokens: [Passage.Token], columns: Int) {
    tenths = tokens.map { Shades.tenth($0.meanWidth) }
    var row: [Cell] = []
    for (index, token) in tokens.enumerated() {
      for scalar in token.text.unicodeScalars {
        if scalar == "\n" {
          Self.wrap(&row, adding: Cell(text: "↵", columns: 1, token: index), columns, &rows)
          rows.append(row)
          row = []
        } else if scalar.columns == 0 {
          // A mark that has nothing to join gets what Unicode shows it on.
          if row.isEmpty { row.append(Cell(text: "◌", columns: 1, token: index)) }
          row[row.count - 1].text.unicodeScalars.append(scalar)
        } else {
          let escaped = Escaping.terminal(String(scalar))
          // What was escaped is several characters of one column.
          for part in escaped.unicodeScalars {
            let cell = Cell(text: String(part), columns: part.columns, token: index)
            Self.wrap(&row, adding: cell, columns, &rows)
          }
        }
      }
    }
    if !row.isEmpty { rows.append(row) }
  }

  /// Adds to a row; where it would be too long, it is broken behind its last space, if it has one.
  private static func wrap(
    _ row: inout [Cell], adding cell: Cell, _ columns: Int, _ rows: inout [[Cell]]
  ) {
    if row.reduce(cell.columns, { $0 + $1.columns }) > columns, !row.isEmpty {
      let end = row.lastIndex { $0.text == " " }.map { $0 + 1 } ?? row.count
      rows.append(Array(row[..<end]))
      row.removeSubrange(..<end)
    }
    row.append(cell)
  }

  /// The lines, in colour.
  var coloured: [String] {
    rows.map { row in
      var line = ""
      for cells in Self.runs(row) {
        line += Shades.shade(cells.map(\.text).joined(), tenths[cells[0].token])
      }
      return line
    }
  }

  /// Every line, and below it a digit for each token: under its first character that is no space.
  var plain: [String] {
    var marked = -1
    return rows.flatMap { row in
      var digits = ""
      for cells in Self.runs(row) {
        let isNew = cells[0].token != marked
        marked = cells[0].token
        let place = isNew ? cells.firstIndex { $0.text != " " } ?? 0 : nil
        for (index, cell) in cells.enumerated() {
          let mark = index == place ? String(tenths[cell.token]) : " "
          digits += mark + String(repeating: " ", count: cell.columns - 1)
        }
      }
      while digits.last == " " { digits.removeLast() }
      return [row.map(\.text).joined(), digits]
    }
  }

  /// The cells of a row, token by token.
  private static func runs(_ row: [Cell]) -> [[Cell]] {
    var runs: [[Cell]] = []
    for cell in row {
      if runs.last?.last?.token == cell.token {
        runs[runs.count - 1].append(cell)
      } else {
        runs.append([cell])
      }
    }
    return runs
  }
}
