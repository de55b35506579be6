import Experts
import Foundation
import Kernels
import TestSupport
import Testing

/// Figures of a report on routing and ranking.
@Suite struct QualityTests {
  private struct Answer: Decodable {
    let confusion: [[Int]]
    let accuracy: Double
    let meanAbsoluteError: Double
    let underProvision: Double
    let overProvision: Double
    let r2: [Double]
    let quantiles: [[Double]]
    let difficulty: [Double]
    let use: [Double]
    let neurons: Double
    let neurons8: Double
    let stability: [Double]
  }

  /// True scores for windows of these lengths, and predictions of a mediocre router.
  private static func scores(
    _ lengths: [Int], columns: Int, seed: UInt64
  ) -> (predicted: [Matrix], truth: [Matrix]) {
    var numbers = RandomNumbers(seed: seed)
    var (predicted, truth): ([Matrix], [Matrix]) = ([], [])
    for length in lengths {
      let level = (0..<length).map { _ in numbers.normal() }
      let values = (0..<length * columns).map { index in
        level[index / columns] + Float(index % columns) + 0.2 * numbers.normal()
      }
      truth.append(Matrix(rows: length, columns: columns, values: values))
      predicted.append(
        Matrix(
          rows: length, columns: columns, values: values.map { $0 + 0.5 * numbers.normal() }))
    }
    return (predicted, truth)
  }

  private func peer(
    _ scores: (predicted: [Matrix], truth: [Matrix]), _ rule: ChoiceRule, _ experts: LayerExperts,
    _ even: [Double], _ odd: [Double]
  ) throws -> Answer {
    func rows(_ windows: [Matrix]) -> [[[Double]]] {
      windows.map { window in (0..<window.rows).map { window[$0].map { Double($0) } } }
    }
    var input: [String: Any] = [
      "predicted": rows(scores.predicted), "truth": rows(scores.truth),
      "costs": experts.costs.inWindow, "widths": experts.widths, "even": even, "odd": odd,
    ]
    switch rule {
    case .threshold(let value): input["threshold"] = value
    case .price(let value), .windowPrice(let value): input["price"] = value
    case .always: break
    }
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "quality_peer.py")
    let output = try python(
      [script.path], input: [UInt8](JSONSerialization.data(withJSONObject: input)))
    return try JSONDecoder().decode(Answer.self, from: Data(output))
  }

  private func expect(_ found: [Double], _ expected: [Double]) {
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(abs(found - expected) < 1e-5 * max(abs(expected), 1))
    }
  }

  @Test(
    arguments: [ChoiceRule.threshold(1.5 / 2), .threshold(0.2), .price(0.5), .price(4)],
    [[64, 3, 21, 8], [5], [1]])
  func `the figures are those of numpy`(rule: ChoiceRule, lengths: [Int]) throws {
    let experts = LayerExperts(widths: [3, 8, 10, 24], meanNeurons: 24, hiddenSize: 4, gated: true)
    var scores = Self.scores(lengths, columns: 3, seed: UInt64(lengths.count))
    if case .price = rule {
      func negated(_ windows: [Matrix]) -> [Matrix] {
        windows.map { Matrix(rows: $0.rows, columns: 3, values: $0.values.map { -$0 }) }
      }
      scores = (negated(scores.predicted), negated(scores.truth))
    }
    var numbers = RandomNumbers(seed: 9)
    // Integer values, so that there are ties.
    let even = (0..<24).map { _ in Double(Int.random(in: 0..<12, using: &numbers)) }
    let odd = even.map { $0 + Double(Int.random(in: 0..<5, using: &numbers)) }
    let answer = try peer(scores, rule, experts, even, odd)
    let found = LayerQuality(dense: scores, routed: scores, rule: rule, experts: experts)
    #expect(found.dense == found.routed && found.dense.tokens == lengths.reduce(0, +))
    #expect(found.dense.confusion == answer.confusion)
    expect(
      [
        found.dense.accuracy, found.dense.meanAbsoluteError, found.dense.underProvision,
        found.dense.overProvision,
      ],
      [
        answer.accuracy, answer.meanAbsoluteError, answer.underProvision, answer.overProvision,
      ])
    if lengths != [1] { expect(found.dense.determination, answer.r2) }
    expect(
      found.scores.flatMap { [$0.p5, $0.p25, $0.median, $0.p75, $0.p95] },
      answer.quantiles.flatMap { $0 })
    expect(found.dense.difficulty, answer.difficulty)
    expect(found.use.shares, answer.use)
    expect(
      [found.use.neuronFraction, found.use.neuronFraction8], [answer.neurons, answer.neurons8])
    expect(
      RankingStability(even: even, odd: odd, widths: experts.widths).agreement, answer.stability)
  }

  @Test func `a perfect router makes no error, and one that says the mean predicts nothing`() {
    let (_, truth) = Self.scores([40, 9], columns: 2, seed: 3)
    let costs = ExpertCosts(inWindow: [0.25, 0.5, 1])
    let perfect = RouterQuality(
      predicted: truth, truth: truth, rule: .threshold(0.5), costs: costs)
    #expect(perfect.accuracy == 1 && perfect.meanAbsoluteError == 0)
    #expect(perfect.underProvision == 0 && perfect.overProvision == 0)
    #expect(perfect.determination == [1, 1])
    let means = Matrix(stacking: truth).columnMoments(rows: Array(0..<49)).means
    let flat = truth.map { window in
      Matrix(
        rows: window.rows, columns: 2,
        values: (0..<window.rows).flatMap { _ in means.map { Float($0) } })
    }
    #expect(Determination.values(predicted: flat, truth: truth).allSatisfy { abs($0) < 1e-6 })
    // If every token needs the full expert, the rule alone is always right.
    let full = RouterQuality(predicted: flat, truth: truth, rule: .threshold(1), costs: costs)
    #expect(full.difficulty == [0, 0, 1] && full.accuracy == 1)
  }

  @Test func `under and over are by which side the router errs on`() {
    func window(_ values: [Float]) -> [Matrix] {
      [Matrix(rows: values.count, columns: 1, values: values)]
    }
    let quality = RouterQuality(
      predicted: window([1, 1, 0, 1]), truth: window([1, 0, 1, 0]), rule: .threshold(0.5),
      costs: ExpertCosts(inWindow: [0.5, 1]))
    #expect(quality.confusion == [[1, 1], [2, 0]])
    #expect((quality.underProvision, quality.overProvision) == (0.5, 0.25))
  }

  @Test func `what is not a number has no quantiles`() {
    #expect(ScoreDistribution([1, .nan, 2]).median.isNaN)
    #expect(ScoreDistribution([7]).p5 == 7 && ScoreDistribution([7]).p95 == 7)
    #expect(ScoreDistribution([3, 1]).median == 2)
  }

  @Test func `chunks begin with their window, and hold its largest expert`() {
    let widths = [1, 2, 4]
    let window = [0, 0, 0, 0, 0, 0, 0, 1, 2, 0]
    #expect(ExpertUse(choices: [window], widths: widths).neuronFraction8 == 0.5)
    #expect(ExpertUse(choices: [window, [2, 0]], widths: widths).neuronFraction8 == 0.75)
    #expect(ExpertUse(choices: [window, []], widths: widths).neuronFraction == 14.0 / 40)
  }

  @Test func `halves that agree are stable, and others are not`() {
    let widths = [2, 4, 8]
    let scores = (0..<8).map { Double($0) }
    #expect(RankingStability(even: scores, odd: scores, widths: widths).agreement == [1, 1])
    let opposite = RankingStability(even: scores, odd: scores.reversed(), widths: widths)
    #expect(opposite.agreement == [0, 0])
  }
}
