import Checkpoints
import Evaluation
import Tokenizers

/// The tokenizer of a model: text to token ids, and back.
public struct Tokenizer: Sendable {
  private let tokenizer: Tokenizers.Tokenizer
  private let contextLength: Int
  /// The token that every window begins with; nil for none.
  public let beginningToken: Int?

  /// Reads the tokenizer of a model.
  ///
  /// - Parameter model: with `tokenizer.json` beside its weights or in its file, or with the
  ///   vocabulary in the keys of a GGUF file.
  /// - Throws: ``DynamoeError/Category/data`` where there is none, or one that is not known here.
  public init(_ model: Model) throws(DynamoeError) {
    let described = try DynamoeError.wrapping { () throws(ModelError) in
      try ModelTokenizer(model.evaluator.model, beginning: .auto)
    }
    tokenizer = described.tokenizer
    beginningToken = described.beginningToken
    contextLength = model.contextLength
  }

  /// The tokens of a text, without any that the text does not have.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - parsingSpecial: whether special tokens that are written in the text are tokens, or text.
  /// - Returns: ids below the vocabulary's size.
  /// - Throws: ``DynamoeError/Category/data`` where a pattern of the tokenizer has too many ways to
  ///   match the text.
  public func encode(
    _ text: String, parsingSpecial: Bool = false
  ) throws(DynamoeError) -> [Int] {
    try DynamoeError.wrapping { () throws(TokenizerError) in
      try tokenizer.encode(text, parsingSpecial: parsingSpecial).map(Int.init)
    }
  }

  /// The text of tokens, special ones included, with U+FFFD for bytes that are no whole characters.
  public func decode(_ tokens: [Int]) -> String { texts(of: tokens).joined() }

  /// What each of consecutive tokens adds to the text.
  ///
  /// A character whose bytes are in several tokens is the text of the one that completes it.
  public func texts(of tokens: [Int]) -> [String] { tokenizer.texts(of: tokens) }

  /// A text in consecutive windows, each with ``beginningToken`` first where there is one.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - context: how many positions a window has at most, and never more than the model has.
  /// - Returns: no window for a text without tokens; the last may be short.
  /// - Throws: as ``encode(_:parsingSpecial:)``, and ``DynamoeError/Category/usage`` for a context
  ///   below 2.
  public func windows(of text: String, context: Int = 512) throws(DynamoeError) -> [[Int]] {
    guard context > 1 else {
      throw DynamoeError(.usage, "context \(context): expected a number above 1")
    }
    let tokens = try encode(text)
    let beginning = beginningToken.map { [$0] } ?? []
    let step = max(min(context, contextLength) - beginning.count, 1)
    return stride(from: 0, to: tokens.count, by: step).map {
      beginning + tokens[$0..<min($0 + step, tokens.count)]
    }
  }
}
