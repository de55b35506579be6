import Calibration

/// A text in two: what ranks the neurons, and what the result is then measured on.
struct TextSplit: Sendable {
  let calibration: Range<Int>
  let heldOut: Range<Int>

  /// How many tokens there should be for so many of calibration: half as many again, held out.
  static func tokensWanted(calibration: Int) -> Int {
    let (sum, overflow) = calibration.addingReportingOverflow(calibration / 2)
    return overflow ? .max : sum
  }

  /// Two thirds and one third where the text is shorter than wanted.
  ///
  /// - Parameters:
  ///   - text: at most as many tokens as are wanted.
  ///   - calibration: how many tokens calibration takes at most.
  /// - Throws: `tooShort` where there is nothing to predict on the one side or the other.
  init(_ text: TextTokens, calibration: Int) throws(CalibrationError) {
    let count = text.tokens.count
    let end = min(calibration, (2 * count + 2) / 3)
    guard end >= 2, count - end >= 2 else {
      throw .tooShort(
        path: text.name, tokens: count, needed: 6, purpose: "calibration with a held-out part")
    }
    self.calibration = 0..<end
    heldOut = end..<count
  }
}
