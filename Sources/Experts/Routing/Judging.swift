/// Windows of calibration text held back from fits, to evaluate them and to set the knobs.
package enum Judging {
  private static let interval = 8

  /// Every eighth window, or the last if there are fewer.
  package static func isJudge(_ window: Int, of count: Int) -> Bool {
    count < interval ? window == count - 1 : window % interval == interval - 1
  }

  package static func windows(of count: Int) -> [Int] {
    (0..<count).filter { isJudge($0, of: count) }
  }
}
