import ByteIO
import Calibration
import Evaluation
import Reports
import Tokenizers

/// What the report shows of single tokens.
extension Partition {
  private static let shownBudget = 0.5
  /// Of the held-out text.
  private static let heldOutTokensShown = 200
  /// Of a text that the user wants to see.
  static let tokensShown = 400

  /// The run whose choices are shown: one that the report measures anyway.
  static func shown(_ tokens: TextTokens, windowsInFull: Int) -> TokenChoices.Request {
    TokenChoices.Request(
      .choosing(.routed, .budget(shownBudget)), skipping: tokens.positionsBeforeText,
      windowsInFull: windowsInFull)
  }

  /// The beginning of the held-out text, and the texts that the user wants to see.
  ///
  /// - Parameters:
  ///   - choices: of the held-out windows; nil where nothing chooses.
  ///   - tokens: of which the held-out text is a part.
  ///   - windows: of the held-out text.
  ///   - texts: the user's.
  ///   - evaluator: of the model that was written.
  /// - Returns: nil where nothing chooses.
  /// - Throws: what reading the model throws.
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

  /// Which of the held-out tokens are easy, and which hard.
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
