import DMOE
import Experts
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct BudgetTableTests {
  private static let thresholds = BudgetTable(
    smallest: 0.25,
    rows: [
      .init(cost: 0.4, routed: 0.2, oracle: 0.3), .init(cost: 0.6, routed: 0.5, oracle: 0.7),
      .init(cost: 0.9, routed: 0.8, oracle: 0.95),
    ])
  private static let prices = BudgetTable(
    smallest: 0.1,
    rows: [
      .init(cost: 0.2, routed: 100, oracle: 10), .init(cost: 0.4, routed: 1, oracle: 0.1),
      .init(cost: 0.8, routed: 1e-6, oracle: 1e-8),
    ])

  private static func knob(_ rule: ChoiceRule) -> Double? {
    switch rule {
    case .threshold(let value), .price(let value), .windowPrice(let value): value
    case .always: nil
    }
  }

  @Test(arguments: RouterTarget.allCases)
  func `the ends need no router`(target: RouterTarget) {
    let table = target == .similarity ? Self.thresholds : Self.prices
    for budget in [1, 1.5, .infinity] {
      #expect(table.rule(budget: budget, target: target, experts: 4) == .always(3))
    }
    for budget in [0, 0.1, 0.19, -1] {
      #expect(table.rule(budget: budget, target: target, experts: 4) == .always(0))
      #expect(table.rule(budget: budget, target: target, experts: 4, isOracle: true) == .always(0))
    }
    let empty = BudgetTable(smallest: 0.5, rows: [])
    #expect(empty.rule(budget: 0.99, target: target, experts: 4) == .always(0))
    #expect(empty.rule(budget: 1, target: target, experts: 4) == .always(3))
  }

  @Test func `at its rows it is the row, above the last the last`() {
    for (cost, routed, oracle) in [(0.4, 0.2, 0.3), (0.6, 0.5, 0.7), (0.9, 0.8, 0.95)] {
      let table = Self.thresholds
      #expect(table.rule(budget: cost, target: .similarity, experts: 4) == .threshold(routed))
      #expect(
        table.rule(budget: cost, target: .similarity, experts: 4, isOracle: true)
          == .threshold(oracle))
    }
    #expect(Self.thresholds.rule(budget: 0.99, target: .similarity, experts: 4) == .threshold(0.8))
    #expect(Self.prices.rule(budget: 0.99, target: .logError, experts: 4) == .price(1e-6))
  }

  @Test func `thresholds are interpolated as they are, prices by their logarithms`() throws {
    let threshold = Self.thresholds.rule(budget: 0.45, target: .similarity, experts: 4)
    #expect(abs(try #require(Self.knob(threshold)) - 0.275) < 1e-12)
    let truth = Self.thresholds.rule(budget: 0.45, target: .similarity, experts: 4, isOracle: true)
    #expect(abs(try #require(Self.knob(truth)) - 0.4) < 1e-12)
    let price = Self.prices.rule(budget: 0.3, target: .logError, experts: 4)
    #expect(abs(try #require(Self.knob(price)) - 10) < 1e-12)
    let low = Self.prices.rule(budget: 0.7, target: .logError, experts: 4)
    #expect(abs(log(try #require(Self.knob(low))) - 0.75 * log(1e-6)) < 1e-9)
  }

  private static func curve(_ target: RouterTarget) -> CostCurve {
    var numbers = RandomNumbers(seed: 3)
    let scores = (0..<3).map { _ in
      [40, 7, 300].map { tokens in
        Matrix(
          rows: tokens, columns: 3,
          values: (0..<tokens).flatMap { _ in
            let base = numbers.normal()
            return (0..<3).map { expert in
              target == .similarity
                ? 0.3 + 0.2 * Float(expert) + 0.1 * base + 0.05 * numbers.normal()
                : -3 - 2 * Float(expert) + base + 0.3 * numbers.normal()
            }
          })
      }
    }
    return CostCurve(
      target: target, scores: scores,
      costs: [[0.25, 0.5, 0.75, 1], [0.1, 0.2, 0.3, 1], [0.4, 0.6, 0.8, 1]].map {
        ExpertCosts(inWindow: $0)
      })
  }

  @Test(arguments: RouterTarget.allCases)
  func `bisection finds the knob of a cost`(target: RouterTarget) {
    let curve = Self.curve(target)
    let parallel = Parallel(threads: 2)
    for wanted in [0.3, 0.45, 0.6, 0.8, 0.95] {
      let knob = curve.knob(cost: wanted, parallel: parallel)
      let cost = curve.cost(target.rule(knob), parallel: parallel)
      // At a knob, a single token of one layer changes its expert.
      #expect(abs(cost - wanted) < 1 / 1041.0, "\(wanted): \(cost)")
    }
    let cheapest = curve.cost(
      target.rule(curve.knob(cost: 0, parallel: parallel)), parallel: parallel)
    #expect(abs(cheapest - 0.25) < 1e-9)
    let dearest = curve.cost(
      target.rule(curve.knob(cost: 2, parallel: parallel)), parallel: parallel)
    #expect(dearest > 0.99)
  }

  @Test(arguments: RouterTarget.allCases)
  func `shares are how often an expert is taken over usual costs`(target: RouterTarget) {
    let curve = Self.curve(target)
    let parallel = Parallel.serial
    let use = curve.use(parallel: parallel)
    let rules = [0.25, 0.35, 0.45, 0.55, 0.65, 0.75].map {
      target.rule(curve.knob(cost: $0, parallel: parallel))
    }
    for (layer, windows) in curve.scores.enumerated() {
      for (window, scores) in windows.enumerated() {
        let choices = rules.map { $0.choices(scores, costs: curve.costs[layer]) }
        for token in 0..<scores.rows {
          for expert in 0..<4 {
            let taken = choices.count { $0[token] == expert }
            let share = use.layers[layer].shares[window].values[token * 4 + expert]
            #expect(abs(Double(share) - 0.02 - Double(taken) / 6) < 1e-6)
          }
        }
      }
      let prices = use.layers[layer].prices
      guard target == .logError else {
        #expect(prices.isEmpty)
        continue
      }
      // A higher price makes smaller experts worth it.
      #expect(prices.count == 4 && zip(prices, prices.dropFirst()).allSatisfy { $0 > $1 })
    }
  }

  @Test func `windows have rows of their own, or those of tokens alone`() {
    let rows = [(0.3, 10.0), (0.5, 0.1)].map { BudgetTable.WindowRow(cost: $0.0, price: $0.1) }
    let table = BudgetTable(smallest: 0.1, rows: Self.prices.rows, windowRows: rows)
    func rule(_ table: BudgetTable, _ budget: Double) -> ChoiceRule {
      table.rule(windowBudget: budget, target: .logError, experts: 4)
    }
    #expect(rule(table, 0.5) == .windowPrice(0.1))
    #expect(abs((Self.knob(rule(table, 0.4)) ?? 0) - 1) < 1e-12)
    #expect(rule(table, 0.25) == .always(0) && rule(table, 1) == .always(3))
    #expect(rule(Self.prices, 0.4) == .windowPrice(1))
    #expect(
      Self.thresholds.rule(windowBudget: 0.6, target: .similarity, experts: 4) == .threshold(0.5))
    #expect(table.isValid(.logError))
    for spoilt in [rows.reversed(), [.init(cost: 0.3, price: 0)], [.init(cost: .nan, price: 1)]] {
      #expect(
        !BudgetTable(smallest: 0.1, rows: [], windowRows: Array(spoilt)).isValid(.logError))
    }
  }
}
