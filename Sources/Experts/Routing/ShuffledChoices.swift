/// The choices of a layer, given to other tokens than they were made for.
package enum ShuffledChoices {
  /// - Parameters:
  ///   - choices: of each window.
  ///   - seed: the same seed shuffles in the same way.
  /// - Returns: the same choices over all windows, for windows of the same lengths.
  package static func shuffled(_ choices: [[Int]], seed: UInt64) -> [[Int]] {
    var all = choices.flatMap { $0 }
    var numbers = SplitMix64(seed: seed)
    numbers.shuffle(&all)
    var start = 0
    return choices.map { window in
      defer { start += window.count }
      return Array(all[start..<start + window.count])
    }
  }
}
