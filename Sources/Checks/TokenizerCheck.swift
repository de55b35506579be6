import Architectures
import Checkpoints
import Tokenizers

enum TokenizerCheck: Check {
  static let id = "tokenizer"
  static let summary = "Every token of tokenizer.json has a row in the embedding."

  static func applies(to subject: CheckSubject) -> Bool { true }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let model = try? subject.model() else {
      return .skipped("the number of rows of the embedding is unknown")
    }
    let tokenizer: Tokenizer
    do {
      tokenizer = try ModelTokenizer(model, beginning: .never).tokenizer
    } catch {
      switch error {
      case .noTokenizer: return .skipped("there is no tokenizer")
      case .tokenizer(_, let file, let reason) where reason.isUnsupported:
        return .skipped("\(file): \(reason)")
      default: throw error
      }
    }
    let rows = model.configuration.vocabularySize
    guard tokenizer.vocabularySize <= rows else {
      return .failed(
        "the highest token is \(tokenizer.vocabularySize - 1), but the embedding has \(rows) rows")
    }
    return .passed("\(tokenizer.kind), \(tokenizer.vocabularySize) tokens for \(rows) rows")
  }
}
