import Calibration

/// Split of a text: a part for calibration, and a held-out part to measure the result on.
struct TextSplit: Sendable {
  let calibration: Range<Int>
  let heldOut: Range<Int>

  /// Tokens wanted for a number of calibration tokens: half as many more, held out.
  static func tokensWanted(calibration: Int) -> Int {
    let (sum, overflow) = calibration.addingReportingOverflow(calibration / 2)
    return overflow ? .max : sum
  }

  /// Splits a text, into two thirds and one third if it is shorter than wanted.
  ///
  /// - Parameters:
  ///   - text: at most as many tokens as are wanted.
  ///   - calibration: maximum number of calibration tokens.
  /// - Throws: `tooShort` if either part has nothing to predict.
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
