import ArgumentParser
import Evaluation
import Reports

extension Evaluator {
  /// Refuses a knob that the model does not have, naming those it has.
  func requireKnob(_ knob: Variant.Knob, model: String) throws {
    guard !canRun(.choosing(.routed, knob)) else { return }
    let option =
      switch knob {
      case .threshold: "--threshold"
      case .budget: "--budget"
      }
    throw ValidationError("\(option): \(model) has no such knob; \(knobsHeld)")
  }

  /// What a file can be asked for, for people.
  private var knobsHeld: String {
    let options = [("--threshold", Variant.Knob.threshold(0)), ("--budget", .budget(0))]
      .filter { canRun(.choosing(.routed, $0.1)) }.map(\.0)
    return options.isEmpty
      ? "it has no routers: make them with dynamoe partition --text FILE"
      : "it has \(options.joined(separator: " and "))"
  }

  /// A budget that cannot be had is not passed over in silence.
  func warn(of knob: Variant.Knob) {
    guard case .budget(let budget) = knob, let smallest = smallestBudget, budget < smallest
    else { return }
    Console.error(
      "warning: budget \(budget) is below the smallest that can be had, "
        + "\(HumanText.fixed(smallest, digits: 3)): expert 0 everywhere")
  }
}
