package import Architectures
import Evaluation
import Experts

/// Python file of a routed folder with the families and constants of the Swift code.
package enum FamiliesModule {
  static let name = "families_dynamoe.py"

  /// The same in all folders.
  package static func text(_ families: [Family] = Family.known) -> String {
    var layouts = ""
    var written: [String: ModuleLayout] = [:]
    for family in families {
      guard let layout = ModuleLayout(family) else { continue }
      for modelType in family.modelTypes {
        precondition(written[modelType] ?? layout == layout, "\(modelType) has two layouts")
        if written.updateValue(layout, forKey: modelType) == nil {
          layouts += entry(modelType, layout)
        }
      }
    }
    return """
      \"""Families and constants of dynamoe: generated, and the same in all folders of one version.\"""

      # Fields of `Layout` in modeling_dynamoe.py, by `model_type`.
      LAYOUTS = {
      \(layouts)}

      # Range that predicted logarithms of errors are clamped to.
      LOG_ERRORS = (\(ChoiceRule.logErrors.lowerBound), \(ChoiceRule.logErrors.upperBound))
      # Lower bound of relative squared errors.
      LEAST_ERROR = \(ExpertOutputs.leastError)
      # Lower bound of squared lengths as divisors and in logarithms.
      LEAST_SQUARE = \(Double.leastNormalMagnitude)
      # Costs of the rows of a budget table, on a scale from the cheapest routed run (0) to dense (1).
      PLACES = \(python(BudgetSweep.places))
      # Prices with known costs of experts that skip neurons are 2 to these powers, the first to the last.
      EXPONENTS = (\(ExpertCosts.exponents.lowerBound), \(ExpertCosts.exponents.upperBound))
      # Budgets of a report.
      BUDGETS = \(python(Evaluator.reportBudgets))

      """
  }

  private static func entry(_ modelType: String, _ layout: ModuleLayout) -> String {
    let fields = [
      ("layers", python(layout.layers)), ("network", python(layout.network)),
      ("gate", python(layout.gate)), ("up", python(layout.up)), ("down", python(layout.down)),
      ("activation", python(layout.activation)), ("dropout", python(layout.dropout)),
      ("transposed", python(layout.isTransposed)), ("before", python(layout.inputNorm)),
      ("behind", python(layout.outputNorm)), ("attention", python(layout.attention)),
      ("parallel", python(layout.isParallel)), ("adds", python(layout.addsStream)),
      ("factor", python(layout.factor)),
    ]
    let lines = fields.map { "        \"\($0)\": \($1),\n" }
    return "    \(python(modelType)): {\n\(lines.joined())    },\n"
  }

  private static func python(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "None" }

  private static func python(_ numbers: [Double]) -> String {
    "(" + numbers.map(\.description).joined(separator: ", ") + ")"
  }

  private static func python(_ bool: Bool) -> String { bool ? "True" : "False" }

  private static func python(_ flag: Family.Flag) -> String {
    switch flag {
    case .always: python(true)
    case .never: python(false)
    case .key(let key, let otherwise): "(\(python(key)), \(python(otherwise)))"
    }
  }
}
