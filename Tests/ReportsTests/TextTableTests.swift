import Reports
import Testing

@Suite struct TextTableTests {
  @Test func `columns are aligned, without trailing spaces`() {
    var table = TextTable([("name", .left), ("n", .right), ("note", .left)])
    table.add(["a", "1", ""])
    table.add(["abcdef", "1 000", "x"])
    #expect(
      table.lines() == [
        "  name        n  note",
        "  a           1",
        "  abcdef  1 000  x",
      ])
    #expect(table.lines(indent: 0)[1] == "a           1")
  }

  @Test func `a table without rows is its titles`() {
    #expect(TextTable([("a", .right), ("b", .left)]).lines() == ["  a  b"])
    #expect(TextTable([]).lines() == [""])
    var empty = TextTable([("", .left)])
    empty.add([""])
    #expect(empty.lines() == ["", ""])
  }

  @Test func `wide and combined characters are laid out too`() {
    var table = TextTable([("漢字", .right), ("é", .left), ("", .right)])
    table.add(["👩‍👩‍👧‍👦", "e\u{301}", "\u{200B}"])
    table.add(["", String(repeating: "字", count: 300), "×"])
    let lines = table.lines()
    #expect(lines.count == 3)
    #expect(lines[2].hasSuffix("×"))
  }
}
