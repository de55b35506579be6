package import DMOE

extension BudgetTable {
  /// Reads the table of a container; nil if it has none.
  package init?(_ container: DMOEReader, target: RouterTarget) throws(PlanError) {
    guard let table = container.shared(.budgets("table")),
      let ends = container.shared(.budgets("ends"))
    else { return nil }
    let values = try container.numbers(table)
    let rows = (0..<values.count / 3).map {
      Row(cost: values[3 * $0], routed: values[3 * $0 + 1], oracle: values[3 * $0 + 2])
    }
    let costs = try container.numbers(ends)
    let windows = try container.shared(.budgets("window")).map { (stored) throws(PlanError) in
      try container.numbers(stored)
    }
    self.init(
      smallest: costs[0], rows: rows,
      windowRows: windows.map { values in
        (0..<values.count / 2).map { .init(cost: values[2 * $0], price: values[2 * $0 + 1]) }
      })
    guard costs[1] == 1, isValid(target) else { throw .budgets(path: container.path) }
  }

  /// Whether costs increase strictly, knobs are strictly monotone and all numbers are in range.
  ///
  /// The smallest expert may cost more than the full one, because of its compensation.
  package func isValid(_ target: RouterTarget) -> Bool {
    let windows = windowRows ?? []
    let numbers =
      [smallest] + rows.flatMap { [$0.cost, $0.routed, $0.oracle] }
      + windows.flatMap { [$0.cost, $0.price] }
    guard numbers.allSatisfy(\.isFinite), smallest > 0 else { return false }
    if target == .logError, rows.contains(where: { $0.routed <= 0 || $0.oracle <= 0 }) {
      return false
    }
    guard
      windows.allSatisfy({ $0.price > 0 }),
      zip(windows, windows.dropFirst()).allSatisfy({ $0.cost < $1.cost && $0.price > $1.price })
    else { return false }
    return zip(rows, rows.dropFirst()).allSatisfy { lower, upper in
      lower.cost < upper.cost && BudgetTable.isMonotone(lower, upper, target)
    }
  }

  /// Tensors of a container: the rows, and the costs of the smallest expert and the dense model.
  package var tensors: [(name: String, shape: [Int], values: [Double])] {
    [
      ("table", [rows.count, 3], rows.flatMap { [$0.cost, $0.routed, $0.oracle] }),
      ("ends", [2], [smallest, 1]),
    ]
      + (windowRows.map { rows in
        [("window", [rows.count, 2], rows.flatMap { [$0.cost, $0.price] })]
      } ?? [])
  }
}
