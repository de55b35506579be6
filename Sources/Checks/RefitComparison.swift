import Checkpoints
import DMOE
import Experts
import Forms
import Kernels
import Reports
import Tensors
import Work

/// Comparison of the refitted down projections of an export with a new refit of its expert, after
/// all other tensors were found to be identical.
struct RefitComparison {
  /// Largest `‖ŵ − w‖ / ‖w‖` between two refits: processors round products differently, and the
  /// types of quantised files widen small differences to steps.
  private static let tolerance = 0.01

  let origin: Checkpoint
  let expert: ExpertTensors
  let file: any TensorSource
  /// Names of the refitted projections in the file; empty if there are none.
  let names: [TensorName]

  /// - Parameters:
  ///   - what: words for the export.
  ///   - context: threads and progress of the refit.
  ///   - export: tensors of the export with the given projections.
  /// - Returns: the outcome of the whole check.
  /// - Throws: errors of reading, and of the refit.
  func outcome(
    for what: String, _ context: Context, as export: (any TensorSource) -> any TensorSource
  ) throws -> CheckOutcome {
    let tensors = file.tensors
    guard !names.isEmpty else { return passed(what, tensors) }
    let others = tensors.filter { !names.contains($0.name) }
    let downs = "\(names.count) refitted down projections"
    let planned = try ExpertRefit.planned(origin, expert, .ifPossible)
    guard let refit = planned.refit else {
      let reason = planned.obstacle.map { ": \($0)" } ?? ""
      return passed(
        what, others, "; \(downs) not compared, as the .dmoe cannot be refitted\(reason)")
    }
    let expected = export(try refit.run(context))
    let errors = try context.parallel.map(names.count) { (index) throws(any Error) in
      try error(of: names[index], from: expected)
    }
    if let wrong = errors.firstIndex(where: { !($0 <= Self.tolerance) }) {
      return .failed("\(names[wrong]): \(Self.percent(errors[wrong])) off a new refit")
    }
    let worst = errors.max() ?? 0
    return worst == 0
      ? passed(what, tensors, ", with \(downs) equal to a new refit")
      : passed(what, others, "; \(downs) at most \(Self.percent(worst)) off a new refit")
  }

  /// `‖ŵ − w‖ / ‖w‖`; 0 if all bytes are equal.
  private func error(
    of name: TensorName, from expected: any TensorSource
  ) throws(TensorError) -> Double {
    let (one, other) = (try expected.open(name), try file.open(name))
    guard try one.readAll() != other.readAll() else { return 0 }
    var difference = ValueDifference()
    difference.add(found: try other.floats(), expected: try one.floats())
    return difference.relative
  }

  private func passed(
    _ what: String, _ identical: [TensorDescription], _ rest: String = ""
  ) -> CheckOutcome {
    let bytes = identical.reduce(0) { $0 + $1.byteCount }
    return .passed(
      "\(what): \(identical.count) tensors, \(HumanText.count(bytes)) bytes: identical\(rest)")
  }

  private static func percent(_ fraction: Double) -> String {
    HumanText.significant(100 * fraction, digits: 2) + " %"
  }
}
