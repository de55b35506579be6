import ByteIO
import Checkpoints
package import DMOE
import Tensors

extension BudgetTable {
  /// Reads the table of a container; nil if it has none.
  package init?(_ container: DMOEReader, target: RouterTarget) throws(PlanError) {
    guard let table = container.shared(.budgets("table")),
      let ends = container.shared(.budgets("ends"))
    else { return nil }
    func numbers(_ stored: StoredTensor) throws(PlanError) -> [Double] {
      let bytes: [UInt8]
      do {
        bytes = try container.read(stored)
      } catch {
        throw .model(.tensor(error))
      }
      return (0..<bytes.count / 8).map {
        Double(bitPattern: LittleEndian.load(UInt64.self, from: bytes, at: 8 * $0))
      }
    }
    let values = try numbers(table)
    let rows = (0..<values.count / 3).map {
      Row(cost: values[3 * $0], routed: values[3 * $0 + 1], oracle: values[3 * $0 + 2])
    }
    let costs = try numbers(ends)
    self.init(smallest: costs[0], rows: rows)
    guard costs[1] == 1, isValid(target) else { throw .budgets(path: container.path) }
  }

  /// Whether costs increase strictly, knobs are strictly monotone and all numbers are in range.
  ///
  /// The smallest expert may cost more than the full one, because of its compensation.
  package func isValid(_ target: RouterTarget) -> Bool {
    let numbers = [smallest] + rows.flatMap { [$0.cost, $0.routed, $0.oracle] }
    guard numbers.allSatisfy(\.isFinite), smallest > 0 else { return false }
    if target == .logError, rows.contains(where: { $0.routed <= 0 || $0.oracle <= 0 }) {
      return false
    }
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
  }
}
