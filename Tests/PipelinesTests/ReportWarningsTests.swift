import Evaluation
import Pipelines
import Testing

/// Warnings of a report, one line per kind.
@Suite struct ReportWarningsTests {
  @Test(
    arguments: [
      (767, 384, "on only 767 tokens for 384 neurons"), (768, 384, "on only 768 tokens:"),
      (4096, 2048, nil), (4095, 2048, "4095 tokens for 2048"), (5000, 3000, "5000 tokens"),
    ])
  func `few tokens for many neurons`(tokens: Int, neurons: Int, mention: String?) {
    let warnings = ReportWarnings.calibration(tokens: tokens, neurons: neurons)
    #expect(warnings.count == (mention == nil ? 0 : 1))
    if let mention { #expect(warnings.first?.contains(mention) == true) }
  }

  @Test func `routers that predict little`() {
    #expect(ReportWarnings.prediction([[0.2, 0.25], [0.9, 0.8]]).isEmpty)
    let one = ReportWarnings.prediction([[0.9], [0.1], [0.5]])
    #expect(one.count == 1 && one[0].hasPrefix("the routers of layer 1 predict little"))
    let two = ReportWarnings.prediction([[-3, 1], [0.9, 0.9], [0.1, 0.2]])
    #expect(two.count == 1 && two[0].contains("of layers 0, 2 predict"))
  }

  @Test func `layers without a choice`() {
    #expect(ReportWarnings.collapse([[0.98, 0.02], [1]], budget: 0.5).isEmpty)
    #expect(
      ReportWarnings.collapse(
        [[0.2, 0.3, 0.5], [0, 1, 0], [0.99, 0.01, 0], [0, 0, 1]], budget: 0.5) == [
          "at budget 0.5 layer 1 routes 100 % of its tokens to expert 1, "
            + "layer 2 routes 99 % of its tokens to expert 0"
        ])
  }

  private func figures(
    _ chooser: Variant.Chooser, _ budget: Double, cost: Double, ratio: Double
  ) -> VariantFigures {
    let none = Estimate(0, standardError: 0)
    return VariantFigures(
      variant: .choosing(chooser, .budget(budget)), perplexity: none,
      divergence: Divergence(
        perplexityRatio: Estimate(ratio, standardError: 0), meanKLD: none, kldPercentiles: [:],
        meanDeltaP: none, rmsDeltaP: none, sameTopP: none),
      work: TokenCost(activeFFNFraction: cost - 0.01, routerFraction: 0.01, tokensPerSecond: nil))
  }

  @Test func `budgets that are missed, and models without slack`() {
    #expect(
      ReportWarnings.budgets([
        figures(.routed, 0.35, cost: 0.365, ratio: 3),
        figures(.routed, 0.5, cost: 0.49, ratio: 1.5),
        figures(.random, 0.5, cost: 0.7, ratio: 9),
      ]).isEmpty)
    let warnings = ReportWarnings.budgets([
      figures(.routed, 0.35, cost: 0.4, ratio: 3), figures(.routed, 0.5, cost: 0.47, ratio: 2.125),
    ])
    #expect(warnings.count == 2)
    #expect(warnings[0].contains("little slack: at budget 0.5 its perplexity is 2.13 ×"))
    #expect(warnings[1].hasSuffix("budget 0.35 costs 0.400, budget 0.5 costs 0.470"))
  }
}
