import Reports

/// Text for a terminal, with every token shaded by the width of its experts; without colour, a
/// digit is printed below each token instead.
///
/// A character has the shade of the token that completes it, a combining mark that of the character
/// it joins. A token that completes no character is not shown.
struct ShadedText {
  /// A character with its combining marks, or part of an escape.
  private struct Cell {
    var text: String
    let columns: Int
    let token: Int
  }

  private let tenths: [Int]
  private var rows: [[Cell]] = []

  /// - Parameters:
  ///   - tokens: consecutive tokens of a text.
  ///   - columns: width of the terminal.
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
          // A combining mark at the start of a row is shown on a dotted circle, as Unicode
          // recommends.
          if row.isEmpty { row.append(Cell(text: "◌", columns: 1, token: index)) }
          row[row.count - 1].text.unicodeScalars.append(scalar)
        } else {
          let escaped = Escaping.terminal(String(scalar))
          // An escaped scalar is several characters of one column each.
          for part in escaped.unicodeScalars {
            let cell = Cell(text: String(part), columns: part.columns, token: index)
            Self.wrap(&row, adding: cell, columns, &rows)
          }
        }
      }
    }
    if !row.isEmpty { rows.append(row) }
  }

  /// Appends a cell; a row that would be too long is broken after its last space, if it has one.
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

  /// Lines with a coloured background per token.
  var coloured: [String] {
    rows.map { row in
      var line = ""
      for cells in Self.runs(row) {
        line += Shades.shade(cells.map(\.text).joined(), tenths[cells[0].token])
      }
      return line
    }
  }

  /// Lines alternating with rows of digits; each token's digit is below its first non-space
  /// character.
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

  /// Groups the cells of a row by token.
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
