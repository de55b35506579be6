import Reports
import Testing

@Suite struct TokenKindsTests {
  /// Tokens with one occurrence per width.
  private func kinds(_ widths: [Int: [Double]]) -> TokenKinds {
    TokenKinds(
      widths.flatMap { id, widths in widths.map { (id: id, meanWidth: $0) } },
      text: { $0 == 99 ? nil : "t\($0)" })
  }

  @Test func `the extremes are listed, the easiest and the hardest first`() {
    let widths = Dictionary(
      uniqueKeysWithValues: (0..<40).map { ($0, [Double](repeating: Double($0) / 64, count: 5)) })
    let kinds = kinds(widths)
    #expect(kinds.easy.map(\.text) == (0..<12).map { "t\($0)" })
    #expect(kinds.hard.map(\.text) == (28..<40).reversed().map { "t\($0)" })
    #expect(kinds.hard[0] == .init(text: "t39", count: 5, meanWidth: 39.0 / 64))
  }

  @Test func `a token is listed only if it was seen often enough and can be shown`() {
    let kinds = kinds([
      1: [0.25, 0.25, 0.5, 0.5, 1], 2: [1, 1, 1, 1], 3: [1, 1, 1, 1, 1, 1], 4: [0, 0, 0, 0, 0],
      99: [0, 0, 0, 0, 0, 0],
    ])
    // The middle one of three is neither easy nor hard.
    #expect(kinds.easy == [.init(text: "t4", count: 5, meanWidth: 0)])
    #expect(kinds.hard == [.init(text: "t3", count: 6, meanWidth: 1)])
  }

  @Test func `equals are told apart by their ids, and nothing is no kind`() {
    let alike = kinds([7: [1, 1, 1, 1, 1], 3: [1, 1, 1, 1, 1]])
    #expect(alike.easy.map(\.text) == ["t3"] && alike.hard.map(\.text) == ["t7"])
    #expect(kinds([:]) == TokenKinds(easy: [], hard: []))
    #expect(kinds([3: [1, 1, 1, 1, 1]]) == TokenKinds(easy: [], hard: []))
  }
}
