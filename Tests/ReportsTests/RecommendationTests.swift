import Evaluation
import Reports
import Testing

@Suite struct RecommendationTests {
  private typealias Point = Recommendation.Point

  /// Runs that cost slightly less than their budgets.
  private func runs(_ ratios: [(budget: Double, ratio: Double)]) -> [Point] {
    ratios.map { Point(budget: $0.budget, cost: $0.budget - 0.01, ratio: $0.ratio) }
  }

  private func recommend(
    _ maximum: Double, _ ratios: [(budget: Double, ratio: Double)]
  ) -> Recommendation {
    Recommendation(maximumRatio: maximum, runs: runs(ratios))
  }

  @Test func `between two runs the line leads to the limit`() throws {
    let found = recommend(1.25, [(0.25, 2), (0.5, 1.5), (0.75, 1)])
    let point = try #require(found.point)
    #expect(!found.isMeasured && point.ratio == 1.25)
    #expect(abs(point.budget - 0.625) < 1e-12 && abs(point.cost - 0.615) < 1e-12)
  }

  @Test func `a run on the limit, or the cheapest within it, was measured`() {
    let ratios = [(budget: 0.25, ratio: 1.5), (0.5, 1.25), (0.75, 1)]
    #expect(recommend(1.25, ratios).point == Point(budget: 0.5, cost: 0.49, ratio: 1.25))
    #expect(recommend(1.25, ratios).isMeasured)
    // There is no extrapolation below the smallest measured budget.
    #expect(recommend(2, ratios).point == Point(budget: 0.25, cost: 0.24, ratio: 1.5))
    #expect(recommend(2, ratios).isMeasured)
  }

  @Test func `where the dearest run is beyond the limit there is none`() {
    for ratios in [[(0.25, 2.0), (0.8, 1.03)], [(0.5, .infinity)], [(0.5, .nan)], []] {
      let found = recommend(1.02, ratios.map { (budget: $0.0, ratio: $0.1) })
      #expect(found.point == nil && !found.isMeasured)
    }
    // A single good run at a lower budget does not change that.
    #expect(recommend(1.02, [(0.25, 2), (0.5, 1.01), (0.8, 1.03)]).point == nil)
  }

  @Test func `all dearer runs stay within the limit, also where the curve is not monotone`() throws
  {
    let point = try #require(
      recommend(1.25, [(0.25, 1.2), (0.35, 1.5), (0.5, 1), (0.65, 1.1), (0.8, 1)]).point)
    #expect(abs(point.budget - 0.425) < 1e-12 && point.ratio == 1.25)
    // The order of the runs does not matter.
    let turned = recommend(1.25, [(0.8, 1), (0.5, 1), (0.35, 1.5), (0.65, 1.1), (0.25, 1.2)])
    #expect(turned.point == point)
  }

  @Test func `from what is no number there is no line`() {
    let found = recommend(1.1, [(0.25, .infinity), (0.5, 1.05), (0.8, 1)])
    #expect(found.isMeasured && found.point?.budget == 0.5)
  }

  @Test func `budgets that lead to the same cost need no line either`() {
    // Budgets below the smallest possible one give the same run.
    let runs = [0.25, 0.35].map { Point(budget: $0, cost: 0.4, ratio: 1.2) }
    let found = Recommendation(maximumRatio: 1.3, runs: runs)
    #expect(found.isMeasured && found.point?.budget == 0.25)
    let dearer = runs + [Point(budget: 0.8, cost: 0.8, ratio: 1)]
    let between = Recommendation(maximumRatio: 1.1, runs: dearer).point
    #expect(abs((between?.cost ?? 0) - 0.6) < 1e-12)
    #expect(abs((between?.budget ?? 0) - 0.575) < 1e-12)
  }

  @Test func `one line tells what to ask for, or that there is nothing`() {
    let ratios = [(budget: 0.25, ratio: 1.5), (0.35, 1.26), (0.65, 1.06)]
    func line(_ maximum: Double) -> String { recommend(maximum, ratios).text(runs(ratios)) }
    #expect(line(1.25) == "For at most 25 % more perplexity: budget 0.37 (measured 0.35: × 1.260)")
    #expect(line(1.06) == "For at most 6 % more perplexity: budget 0.65 (measured: × 1.060)")
    #expect(
      line(1.02)
        == "For at most 2 % more perplexity: none of the measured budgets, up to 0.65: × 1.060")
  }

  @Test func `only runs by a budget beside dense give any`() throws {
    func figures(_ variant: Variant, _ cost: Double, ratio: Double?) -> VariantFigures {
      let none = Estimate(0, standardError: 0)
      return VariantFigures(
        variant: variant, perplexity: none,
        divergence: ratio.map {
          Divergence(
            perplexityRatio: Estimate($0, standardError: 0), meanKLD: none, kldPercentiles: [:],
            meanDeltaP: none, rmsDeltaP: none, sameTopP: none)
        },
        work: TokenCost(activeFFNFraction: cost, routerFraction: 0, tokensPerSecond: nil))
    }
    let others = [
      figures(.dense, 1, ratio: 1), figures(.expert(0), 0.1, ratio: 1),
      figures(.choosing(.routed, .threshold(0.5)), 0.1, ratio: 1),
      figures(.choosing(.oracle, .budget(0.1)), 0.1, ratio: 1),
      figures(.choosing(.routed, .budget(0.1)), 0.1, ratio: nil),
    ]
    #expect(Recommendation.all(others) == nil)
    let routed = [
      figures(.choosing(.routed, .budget(0.5)), 0.5, ratio: 1.06),
      figures(.choosing(.routed, .budget(0.75)), 0.75, ratio: 1.015),
    ]
    let all = try #require(Recommendation.all(others + routed))
    #expect(all.map(\.maximumRatio) == [1.01, 1.02, 1.05, 1.1])
    #expect(all.map { $0.point == nil } == [true, false, false, false])
    #expect(all.map(\.isMeasured) == [false, false, false, true])
    let budgets = all.compactMap(\.point?.budget)
    #expect(budgets == budgets.sorted(by: >))
  }
}
