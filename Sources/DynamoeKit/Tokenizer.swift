import Calibration
import Checkpoints
import Evaluation
import Tokenizers

/// The tokenizer of a model: converts text to token ids and back.
public struct Tokenizer: Sendable {
  private let tokenizer: Tokenizers.Tokenizer
  private let contextLength: Int
  /// Token at the start of every window; nil if there is none.
  public let beginningToken: Int?

  /// Reads the tokenizer of a model.
  ///
  /// - Parameter model: a model with `tokenizer.json` beside its weights or inside its file, or
  ///   with the vocabulary in the metadata of a GGUF file.
  /// - Throws: ``DynamoeError/Category/data`` if there is no tokenizer, or an unsupported one.
  public init(_ model: Model) throws(DynamoeError) {
    let described = try DynamoeError.wrapping { () throws(ModelError) in
      try ModelTokenizer(model.evaluator.model, beginning: .auto)
    }
    tokenizer = described.tokenizer
    beginningToken = described.beginningToken
    contextLength = model.contextLength
  }

  /// Encodes a text, without adding a beginning or end token.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - parsingSpecial: whether special tokens written in the text are parsed as such.
  /// - Returns: ids below the vocabulary's size.
  /// - Throws: ``DynamoeError/Category/data`` if matching a pattern of the tokenizer takes too many
  ///   steps.
  public func encode(
    _ text: String, parsingSpecial: Bool = false
  ) throws(DynamoeError) -> [Int] {
    try DynamoeError.wrapping { () throws(TokenizerError) in
      try tokenizer.encode(text, parsingSpecial: parsingSpecial).map(Int.init)
    }
  }

  /// Decodes tokens, special ones included; bytes that are not valid UTF-8 become U+FFFD.
  public func decode(_ tokens: [Int]) -> String { texts(of: tokens).joined() }

  /// Text added by each of consecutive tokens.
  ///
  /// A character spread over several tokens belongs to the token that completes it.
  public func texts(of tokens: [Int]) -> [String] { tokenizer.texts(of: tokens) }

  /// Cuts a text into consecutive windows, each starting with ``beginningToken`` if there is one.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - context: maximum number of positions per window, limited by the model's own.
  /// - Returns: the windows; none for a text without tokens. The last may be shorter.
  /// - Throws: the errors of ``encode(_:parsingSpecial:)``, and ``DynamoeError/Category/usage`` for
  ///   a context below 2.
  public func windows(of text: String, context: Int = 512) throws(DynamoeError) -> [[Int]] {
    guard context > 1 else {
      throw DynamoeError(.usage, "context \(context): expected a number above 1")
    }
    return WindowCut(context: min(context, contextLength), beginningToken: beginningToken)
      .windows(of: try encode(text)[...])
  }
}
