import ByteIO
import Calibration
import Evaluation
import Reports
import Tokenizers

/// Token-by-token parts of the report.
extension Partition {
  private static let shownBudget = 0.5
  private static let heldOutTokensShown = 200
  /// Maximum per text of the user.
  static let tokensShown = 400

  /// Run whose choices are shown; the report measures it anyway.
  static func shown(_ tokens: TextTokens, windowsInFull: Int) -> TokenChoices.Request {
    TokenChoices.Request(
      .choosing(.routed, .budget(shownBudget)), skipping: tokens.positionsBeforeText,
      windowsInFull: windowsInFull)
  }

  /// Passages of the beginning of the held-out text and of the user's texts.
  ///
  /// - Parameters:
  ///   - choices: choices in the held-out windows; nil without routers.
  ///   - tokens: the text that the held-out windows are a part of.
  ///   - windows: held-out windows.
  ///   - texts: the user's texts.
  ///   - evaluator: evaluator of the written model.
  /// - Returns: nil without routers.
  /// - Throws: errors of the model.
  func passages(
    _ choices: TokenChoices?, of tokens: TextTokens, windows: [[Int]], texts: [TextTokens],
    by evaluator: Evaluator
  ) throws -> [Passage]? {
    guard let choices, let first = windows.first else { return nil }
    func passage(
      _ title: String, _ ids: ArraySlice<Int>, _ choices: TokenChoices, limit: Int
    ) -> Passage {
      let all = Passage.Token.all(tokens.texts(of: Array(ids)), choices)
      return Passage(title: title, budget: Self.shownBudget, tokens: Array(all.prefix(limit)))
    }
    var passages = [
      passage(
        "held-out text", first.dropFirst(tokens.positionsBeforeText), choices,
        limit: Self.heldOutTokensShown)
    ]
    // All of the user's texts in one sweep over the weights.
    let shown = texts.map { $0.allWindows() }
    guard !shown.isEmpty else { return passages }
    let all = Array(shown.joined())
    let found = try evaluator.choices(Self.shown(tokens, windowsInFull: all.count), on: all)
    var start = 0
    for (text, windows) in zip(texts, shown) {
      let range = start..<start + windows.count
      let own = TokenChoices(
        meanWidths: Array(found.meanWidths[range]), experts: Array(found.experts[range]))
      passages.append(
        passage(Folder.name(of: text.name), text.tokens[...], own, limit: Self.tokensShown))
      start = range.upperBound
    }
    return passages
  }

  /// Easiest and hardest of the held-out tokens.
  static func kinds(
    _ choices: TokenChoices?, of tokens: TextTokens, windows: [[Int]]
  ) -> TokenKinds? {
    guard let choices else { return nil }
    let seen = zip(windows, choices.meanWidths).flatMap { window, widths in
      zip(window.dropFirst(tokens.positionsBeforeText), widths).map { (id: $0, meanWidth: $1) }
    }
    return TokenKinds(seen, text: tokens.text(of:))
  }
}
