import Checkpoints
import DMOE
import Experts

/// Variants that a model can run.
extension Evaluator {
  /// Variants that the model can run without a knob.
  package var variants: [Variant] {
    guard let container = model.checkpoint.container else { return [.dense] }
    let experts = (0..<container.expertsHeld).map { Variant.expert($0) }
    return container.holdsDense ? [.dense] + experts : experts
  }

  /// Experts as they are, beside the refitted ones; none if experts are not refitted.
  private var bareVariants: [Variant] {
    variants.compactMap { variant in
      guard case .expert(let expert) = variant, isRefitted(variant) else { return nil }
      return .bare(expert)
    }
  }

  /// Whether the down projections of a variant are refitted.
  package func isRefitted(_ variant: Variant) -> Bool {
    calibration != nil && isPartialExpert(variant)
  }

  /// Whether a variant is an expert by itself that lacks neurons.
  func isPartialExpert(_ variant: Variant) -> Bool {
    guard case .expert = variant else { return false }
    return asRun(variant) != .dense
  }

  /// Whether the model can run a variant.
  package func canRun(_ variant: Variant) -> Bool {
    if case .bare(let expert) = variant { return variants.contains(.expert(expert)) }
    guard case .choosing(let chooser, let knob) = variant else { return variants.contains(variant) }
    guard let container = model.checkpoint.container else { return false }
    // The oracle compares with the full expert.
    guard container.holdsDense || chooser != .oracle else { return false }
    switch knob {
    case .budget: return routing?.budgets != nil
    // No prices are fitted to the choices by true scores in windows.
    case .window: return routing?.budgets != nil && chooser != .oracle
    case .threshold:
      guard let routing else { return chooser == .oracle }
      return routing.target == .similarity
    }
  }

  /// Variants that are run by default: dense, every expert, and common budgets with their
  /// comparison runs.
  package var usualVariants: [Variant] {
    variants + bareVariants + Self.usualBudgets.flatMap { comparison(.budget($0)) }.filter(canRun)
  }

  private static let usualBudgets = [0.35, 0.5, 0.65]

  /// Variants of a report: the usual ones and routed runs farther out on the trade-off curve.
  package var reportVariants: [Variant] {
    variants + bareVariants
      + Self.reportBudgets.flatMap { budget in
        let knob = Variant.Knob.budget(budget)
        return Self.usualBudgets.contains(budget) ? comparison(knob) : [.choosing(.routed, knob)]
      }.filter(canRun)
  }

  package static let reportBudgets = [0.25, 0.35, 0.5, 0.65, 0.8]

  /// Routed run by a knob and the runs that it is compared with.
  package func comparison(_ knob: Variant.Knob) -> [Variant] {
    Variant.Chooser.allCases.map { .choosing($0, knob) }
  }

  /// Smallest cost fraction that a budget can reach; nil if the model has no budgets.
  package var smallestBudget: Double? { routing?.budgets?.smallest }

  /// Budget from which on routers choose; a smaller one gives expert 0 to every token.
  ///
  /// - Parameter inWindow: whether the budget is for tokens that run together.
  /// - Returns: nil without budgets.
  package func smallestRoutedBudget(inWindow: Bool) -> Double? {
    guard let budgets = routing?.budgets else { return nil }
    if inWindow, let rows = budgets.windowRows { return rows.first?.cost ?? 1 }
    return budgets.rows.first?.cost ?? 1
  }

  /// Names of the variants that the model can run, for messages; knobs have a placeholder.
  package var choices: [String] {
    let knobs: [(Variant.Knob, String)] = [
      (.threshold(0), "THRESHOLD"), (.budget(0), "budget=F"), (.window(0), "window=F"),
    ]
    return (variants + bareVariants).map(\.name)
      + knobs.flatMap { knob, name in
        comparison(knob).filter(canRun).map { variant in
          let chooser = variant.name.prefix { $0 != "@" }
          return "\(chooser)@\(name)"
        }
      }
  }

  /// Variant whose stream runs in place of this one: dense for the largest expert, which is the
  /// same, and for a refitted expert the bare one, which takes as much work.
  func asRun(_ variant: Variant) -> Variant {
    guard let container = model.checkpoint.container else { return variant }
    switch variant {
    case .dense, .choosing: return variant
    case .expert(let expert), .bare(let expert):
      let isDense = container.holdsDense && expert == container.directory.experts - 1
      return isDense ? .dense : .bare(expert)
    }
  }
}
