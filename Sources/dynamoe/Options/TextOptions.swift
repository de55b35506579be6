import ArgumentParser
import Calibration
import Checkpoints

extension ModelTokenizer.Beginning: ExpressibleByArgument {}

/// Input text, and how it is tokenised and cut into windows.
struct TextOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Text files in UTF-8; - is standard input; of .jsonl the key text of each line is read.",
      valueName: "file"))
  var text: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files of token ids, instead of text: JSON lines, each an array or an object with the key "
        + "input_ids; or safetensors with an integer tensor.", valueName: "file"))
  var tokens: [String] = []

  @Option(
    help: ArgumentHelp(
      "Maximum number of text tokens (default: 32768 for calibration, 16384 for evaluation).",
      valueName: "n"))
  var maxTokens: Int?

  @Option(
    help: ArgumentHelp(
      "Positions per window (default: 512), never more than the model has.", valueName: "n"))
  var context: Int?

  @Option(help: "Whether windows begin with the model's BOS token; auto follows the tokenizer.")
  var bos: ModelTokenizer.Beginning = .auto

  @Flag(help: "Parse special tokens that are written in the text.")
  var parseSpecial = false

  func validate() throws {
    guard text.isEmpty || tokens.isEmpty else {
      throw ValidationError("--text and --tokens exclude each other")
    }
    guard tokens.isEmpty || !parseSpecial else {
      throw ValidationError("--parse-special needs --text: token ids are not parsed")
    }
    if let maxTokens, maxTokens < 2 {
      throw ValidationError("--max-tokens \(maxTokens): expected a number of at least 2")
    }
    if let context, context < 2 {
      throw ValidationError("--context \(context): expected a number of at least 2")
    }
  }

  /// The request if text was given, else nil; throws if an option that needs text was given alone.
  func request() throws -> TextRequest? {
    guard !text.isEmpty || !tokens.isEmpty else {
      guard maxTokens == nil, context == nil, bos == .auto, !parseSpecial else {
        throw ValidationError(
          "--max-tokens, --context, --bos and --parse-special need --text or --tokens")
      }
      return nil
    }
    return TextRequest(
      paths: text + tokens, holdsTokens: !tokens.isEmpty, maximumTokens: maxTokens,
      context: context ?? TextRequest.defaultContext, beginning: bos,
      parsingSpecial: parseSpecial)
  }

  /// The request; throws if no text was given.
  func requiredRequest() throws -> TextRequest {
    guard let request = try request() else {
      throw ValidationError(
        "Missing text: give --text FILE, --text - for standard input, or --tokens FILE")
    }
    return request
  }
}
