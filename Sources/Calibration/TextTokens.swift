import Architectures
package import ByteIO
package import Checkpoints
import Tokenizers

/// Text to read, and its tokenisation.
package struct TextRequest: Sendable {
  package let paths: [String]
  /// Whether the files hold token ids instead of text.
  package let holdsTokens: Bool
  /// Maximum number of text tokens; nil for the command's default.
  package let maximumTokens: Int?
  /// Maximum number of positions of a window.
  package let context: Int
  package let beginning: ModelTokenizer.Beginning
  package let parsingSpecial: Bool

  package static let defaultContext = 512
  package static let defaultCalibrationTokens = 32_768
  package static let defaultHeldOutTokens = 16_384

  package init(
    paths: [String], holdsTokens: Bool = false, maximumTokens: Int?, context: Int,
    beginning: ModelTokenizer.Beginning, parsingSpecial: Bool
  ) {
    self.paths = paths
    self.holdsTokens = holdsTokens
    self.maximumTokens = maximumTokens
    self.context = context
    self.beginning = beginning
    self.parsingSpecial = parsingSpecial
  }
}

/// Tokens of a text for a model, ready to be cut into windows.
package struct TextTokens: Sendable {
  /// Text tokens only, without beginnings of windows.
  package let tokens: [Int]
  /// Name of the text in errors.
  package let name: String
  package let digest: SHA256Digest
  private let cut: WindowCut
  /// Nil if ids were given for a model whose tokenizer cannot be read.
  private let tokenizer: Tokenizer?

  /// Reads and encodes text, at most `limit` tokens of it.
  package init(_ request: TextRequest, model: Model, limit: Int) throws(CalibrationError) {
    name = request.paths.joined(separator: ", ")
    let context = min(request.context, model.configuration.contextLength)
    do {
      if request.holdsTokens {
        let described = try ModelTokenizer.forTokens(model, beginning: request.beginning)
        tokenizer = described.tokenizer
        cut = WindowCut(context: context, beginningToken: described.beginningToken)
        tokens = try TokenFile.ids(
          of: request.paths, vocabularySize: model.configuration.vocabularySize, limit: limit)
        digest = Self.digest(of: tokens)
        return
      }
      let tokenizer = try ModelTokenizer(model, beginning: request.beginning)
      cut = WindowCut(context: context, beginningToken: tokenizer.beginningToken)
      self.tokenizer = tokenizer.tokenizer
      // Assumes at least one token in 64 bytes of text, so that longer files are not read whole.
      var byteLimit = max(limit.multipliedReportingOverflow(by: 64).partialValue, 1 << 24)
      if limit > 1 << 40 { byteLimit = .max }
      let text = try CalibrationText(paths: request.paths, byteLimit: byteLimit)
      digest = text.digest
      var tokens: [Int] = []
      for document in text.documents where tokens.count < limit {
        tokens += try tokenizer.tokenizer.encode(
          document, parsingSpecial: request.parsingSpecial
        ).map(Int.init)
      }
      self.tokens = Array(tokens.prefix(limit))
    } catch let error as ModelError {
      throw .model(error)
    } catch let error as TokenizerError {
      throw .tokenizer(path: name, error)
    } catch let error as CalibrationError {
      throw error
    } catch {
      preconditionFailure("unexpected error: \(error)")
    }
  }

  /// Digest of the ids as little-endian 64-bit integers, the same for every file format.
  private static func digest(of ids: [Int]) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update(
      ids.flatMap { id in (0..<8).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } })
    return hasher.digest()
  }

  /// Texts of consecutive tokens; their ids without a tokenizer.
  package func texts(of ids: [Int]) -> [String] {
    tokenizer?.texts(of: ids) ?? ids.map { " \($0)" }
  }

  /// Text of a single token, or its id without a tokenizer; nil if it is not whole characters.
  package func text(of id: Int) -> String? {
    guard let tokenizer else { return "\(id)" }
    return tokenizer.text(of: id)
  }

  /// First token of every window; nil for none.
  package var beginningToken: Int? { cut.beginningToken }

  /// Maximum number of positions of a window.
  package var context: Int { cut.context }

  /// Number of positions of a window before its text.
  package var positionsBeforeText: Int { cut.positionsBeforeText }

  /// Number of text tokens in a full window.
  package var textTokensPerWindow: Int { cut.textTokens }

  /// Number of text tokens needed to predict one.
  package var textTokensNeeded: Int { beginningToken == nil ? 2 : 1 }

  /// Consecutive windows over a range of the tokens; the last may be short, and a window without a
  /// target is dropped.
  package func windows(_ range: Range<Int>? = nil) -> [[Int]] {
    allWindows(range).filter { $0.count > 1 }
  }

  /// Consecutive windows over a range of the tokens, for work that needs no targets.
  package func allWindows(_ range: Range<Int>? = nil) -> [[Int]] {
    cut.windows(of: tokens[range ?? 0..<tokens.count])
  }
}
