/// Choices of a layer, reassigned to random tokens.
package enum ShuffledChoices {
  /// - Parameters:
  ///   - choices: expert of each token, by window.
  ///   - seed: the same seed gives the same shuffle.
  /// - Returns: the choices shuffled across all windows; window lengths are kept.
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
