import Architectures
package import ByteIO
package import Checkpoints
import Tokenizers

/// Which text is read, and how it becomes tokens.
package struct TextRequest: Sendable {
  package let paths: [String]
  /// Whether the files hold token ids, not text.
  package let holdsTokens: Bool
  /// How many text tokens are taken at most; nil for what the command does by default.
  package let maximumTokens: Int?
  /// How many positions a window has at most.
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

/// The tokens of a text for a model, ready to be cut into windows.
package struct TextTokens: Sendable {
  /// Text tokens only, without beginnings of windows.
  package let tokens: [Int]
  /// What errors call the text.
  package let name: String
  package let digest: SHA256Digest
  /// The token that every window begins with; nil for none.
  package let beginningToken: Int?
  /// Positions of a window.
  package let context: Int
  /// Nil where ids were given for a model whose tokenizer cannot be read.
  private let tokenizer: Tokenizer?

  /// Reads and encodes text, at most `limit` tokens of it.
  package init(_ request: TextRequest, model: Model, limit: Int) throws(CalibrationError) {
    name = request.paths.joined(separator: ", ")
    context = min(request.context, model.configuration.contextLength)
    do {
      if request.holdsTokens {
        (tokenizer, beginningToken) = try ModelTokenizer.forTokens(
          model, beginning: request.beginning)
        tokens = try TokenFile.ids(
          of: request.paths, vocabularySize: model.configuration.vocabularySize, limit: limit)
        digest = Self.digest(of: tokens)
        return
      }
      let tokenizer = try ModelTokenizer(model, beginning: request.beginning)
      beginningToken = tokenizer.beginningToken
      self.tokenizer = tokenizer.tokenizer
      // No text has fewer tokens than one in 64 bytes, so that a longer one need not be read whole.
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

  /// Of ids as 64-bit integers, little-endian: the same from whichever format they came.
  private static func digest(of ids: [Int]) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update(
      ids.flatMap { id in (0..<8).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } })
    return hasher.digest()
  }

  /// The texts of consecutive tokens; without a tokenizer their ids.
  package func texts(of ids: [Int]) -> [String] {
    tokenizer?.texts(of: ids) ?? ids.map { " \($0)" }
  }

  /// The text of a token alone, or its id; nil where it is not whole characters.
  package func text(of id: Int) -> String? {
    guard let tokenizer else { return "\(id)" }
    return tokenizer.text(of: id)
  }

  /// How many positions of a window come before its text.
  package var positionsBeforeText: Int { beginningToken == nil ? 0 : 1 }

  /// How many text tokens a full window holds.
  package var textTokensPerWindow: Int { context - positionsBeforeText }

  /// How many text tokens there must be for one to be predicted.
  package var textTokensNeeded: Int { beginningToken == nil ? 2 : 1 }

  /// Consecutive windows over a range of the tokens; the last may be short, and one without a
  /// target is dropped.
  package func windows(_ range: Range<Int>? = nil) -> [[Int]] {
    allWindows(range).filter { $0.count > 1 }
  }

  /// Consecutive windows over a range of the tokens, for work that needs no targets.
  package func allWindows(_ range: Range<Int>? = nil) -> [[Int]] {
    let range = range ?? 0..<tokens.count
    let beginning = beginningToken.map { [$0] } ?? []
    return stride(from: range.lowerBound, to: range.upperBound, by: textTokensPerWindow)
      .map { beginning + tokens[$0..<min($0 + textTokensPerWindow, range.upperBound)] }
  }
}
