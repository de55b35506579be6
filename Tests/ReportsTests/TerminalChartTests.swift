import Reports
import Testing

@Suite struct TerminalChartTests {
  private func series(
    _ name: String, _ mark: Character, isJoined: Bool = false, _ points: [(Double, Double)]
  ) -> TerminalChart.Series {
    .init(
      name: name, mark: mark, isJoined: isJoined,
      points: points.map { .init(cost: $0.0, ratio: $0.1) })
  }

  private func chart(_ series: [TerminalChart.Series]) -> [String] {
    TerminalChart(vertical: "ratio", horizontal: "cost", series: series).lines()
  }

  @Test func `a chart is the one that was recorded`() throws {
    let lines = chart([
      series(
        "routed", "●", isJoined: true,
        [(0.25, 1.742), (0.35, 1.294), (0.5, 1.081), (0.65, 1.021), (0.8, 1.003)]),
      series("oracle", "▲", [(0.35, 1.181), (0.5, 1.06), (0.65, 1.015)]),
      series("fixed", "+", [(0.35, 2.65), (0.5, 1.759), (0.65, 1.288)]),
      series("random", "×", [(0.35, 4.44), (0.5, 3.109), (0.65, 2.336)]),
    ])
    #expect(lines.allSatisfy { $0.count <= 70 })
    try expectGolden(lines.joined(separator: "\n") + "\n", "chart.txt")
  }

  @Test func `what lies above the frame is counted, and what is no number left out`() {
    let lines = chart([
      series("a", "A", [(0.5, 2), (1, 1), (0.2, .infinity), (.nan, 1), (0.1, 0)]),
      series("b", "B", [(0.5, 4), (0.25, 5), (0.1, 1e300)]),
    ])
    #expect(lines.last?.hasSuffix("A a   B b (2 above)") == true)
    let frame = lines.dropFirst().prefix(12).map { $0.filter(\.isLetter) }
    #expect(frame.joined() == "BAA")
  }

  @Test(arguments: [
    [], [(0.5, 1)], [(0, 1), (1, 1)], [(0, 1e-300), (1e300, 1e300)], [(0.5, 0.99), (1, 1)],
    [(-1, 2)],
  ])
  func `any points have their place`(points: [(Double, Double)]) {
    let lines = chart([series("a", "A", isJoined: true, points)])
    #expect(lines.count == 17 && lines.allSatisfy { $0.count <= 70 })
    #expect(lines.joined().contains("A"))
  }

  @Test func `a better series hides a worse one in the same place`() {
    let lines = chart([series("a", "A", [(0.5, 2)]), series("b", "B", [(0.5, 2)])])
    #expect(lines.dropLast().joined().filter { "AB".contains($0) } == "A")
  }
}
