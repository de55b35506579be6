/// Windows of calibration text held back from fits, to evaluate them and to set the knobs.
package enum HeldBackWindows {
  private static let interval = 8

  /// Every eighth window, or the last if there are fewer.
  package static func contains(_ window: Int, of count: Int) -> Bool {
    count < interval ? window == count - 1 : window % interval == interval - 1
  }

  package static func indices(of count: Int) -> [Int] {
    (0..<count).filter { contains($0, of: count) }
  }
}
