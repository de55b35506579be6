import Architectures
import Calibration
import Checkpoints
import Evaluation
import Experts
import Reports

/// Warnings about a conversion, one line for each kind.
extension Partition {
  func warnings(
    _ fitted: ExpertFitting.Fitted, _ heldOut: Evaluator.Result?, _ prepared: Prepared
  ) -> [String] {
    var warnings = fitted.warnings
    if request.routers == .usual, request.text == nil {
      let reason =
        prepared.model.family.unrun == nil
        ? "they are fitted to text, and none was given" : "the model's layers are not run"
      warnings.append("no routers and no compensation: \(reason)")
    }
    if request.importance == nil, request.recipe.importance.needsText, request.text == nil,
      prepared.model.family.unrun == nil
    {
      warnings.append(
        "neurons were ranked individually: the greedy ranking needs text")
    }
    if let statistics = fitted.statistics {
      let neurons = statistics.layers.first?.squareSum.count ?? 0
      warnings += ReportWarnings.calibration(tokens: statistics.tokens, neurons: neurons)
    }
    if !prepared.model.predictsTokens, request.text != nil {
      let model = prepared.model
      let reason =
        if model.family.isEncoder {
          "\(model.family.name) is an encoder: it predicts no next token"
        } else if model.hasPredictions {
          "attention is not causal: each prediction takes a run of its own (evaluate)"
        } else {
          "the model has no output projection: it predicts no next token"
        }
      warnings.append("\(reason), so no perplexity was measured")
    } else if let split = prepared.split, split.heldOut.count < 2048 {
      warnings.append(
        "measured on only \(split.heldOut.count) held-out tokens: the perplexities are rough")
    }
    if let routing = fitted.summary {
      warnings += ReportWarnings.prediction(routing.determination)
      if let quality = routing.quality {
        warnings += ReportWarnings.collapse(
          quality.layers.map(\.use.shares), budget: quality.budget)
      }
    }
    if let heldOut { warnings += ReportWarnings.budgets(heldOut.figures) }
    return warnings
  }
}
