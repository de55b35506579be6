import ArgumentParser
import Evaluation
import Reports

extension Evaluator {
  /// Throws if the model does not support a knob, naming those it supports.
  func requireKnob(_ knob: Variant.Knob, model: String) throws {
    guard !canRun(.choosing(.routed, knob)) else { return }
    let option =
      switch knob {
      case .threshold: "--threshold"
      case .budget: "--budget"
      case .window: "--window-budget"
      }
    throw ValidationError("\(option): \(model) has no such knob; \(knobsHeld)")
  }

  /// Options that the file supports, for error messages.
  private var knobsHeld: String {
    let options = [
      ("--threshold", Variant.Knob.threshold(0)), ("--budget", .budget(0)),
      ("--window-budget", .window(0)),
    ].filter { canRun(.choosing(.routed, $0.1)) }.map(\.0)
    return options.isEmpty
      ? "it has no routers: make them with dynamoe partition --text FILE"
      : "it has \(options.joined(separator: ", "))"
  }

  /// Warns about a budget below the smallest ones that the model can reach, and about one that looks
  /// like a percentage.
  func warn(of knob: Variant.Knob) {
    let (budget, routed): (Double, Double?)
    switch knob {
    case .threshold: return
    case .budget(let value): (budget, routed) = (value, smallestRoutedBudget(inWindow: false))
    case .window(let value): (budget, routed) = (value, smallestRoutedBudget(inWindow: true))
    }
    if let smallest = smallestBudget, budget < smallest {
      Console.error(
        "warning: budget \(budget) is below the smallest possible, "
          + "\(HumanText.fixed(smallest, digits: 3)): every token gets expert 0")
    } else if let routed, let smallest = smallestBudget, budget < min(routed, 1) {
      Console.error(
        "warning: budget \(budget) is below \(HumanText.fixed(routed, digits: 3)), the smallest with "
          + "routers: every token gets expert 0, which costs \(HumanText.fixed(smallest, digits: 3))"
      )
    } else if budget > 1 {
      Console.error(
        "warning: budget \(budget) is above 1, the cost of the dense model, whose half is 0.5")
    }
  }
}
