import ByteIO
package import Calibration
package import Checkpoints
package import Experts

/// Error that prevents the evaluation of a variant.
package enum EvaluationError: Error, Equatable, Sendable {
  case model(ModelError)
  /// Experts or routers of the file are invalid.
  case plan(PlanError)
  /// Calibration tokens of the file are invalid.
  case calibration(CalibrationError)
  /// Text without a token to predict.
  case noTargets
  /// Encoder model, which predicts no next token.
  case encoder(path: String, family: String)
  /// Variant whose mean loss is too large for a perplexity.
  case infinitePerplexity(path: String, variant: String)
  /// Model without an output projection, whose tensor would have this name.
  case headless(path: String, tensor: String?)
  /// Variant that the model cannot run.
  case unknownVariant(String, known: [String])
}

extension EvaluationError: CausedError {
  package var cause: (any Error)? {
    switch self {
    case .model(let error): error
    case .plan(let error): error
    case .calibration(let error): error
    default: nil
    }
  }
}

extension EvaluationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .model(let error): error.description
    case .plan(let error): error.description
    case .calibration(let error): error.description
    case .noTargets:
      "the text has no token to predict; give more text"
    case .encoder(let path, let family):
      """
      \(path): \(family) is an encoder: it predicts no next token, so perplexity is not defined
      """
    case .infinitePerplexity(let path, let variant):
      "\(path): the perplexity of \(variant) is infinite: its logits are too large"
    case .headless(let path, let tensor):
      """
      \(path): there is no output projection\(tensor.map { ", \($0)" } ?? ""): the model predicts no \
      next token, so perplexity is not defined
      """
    case .unknownVariant(let name, let known):
      "there is no variant \(name); available: \(known.joined(separator: ", "))"
    }
  }
}
