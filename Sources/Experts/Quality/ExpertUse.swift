/// Use of the experts and neurons of a layer.
package struct ExpertUse: Sendable, Equatable {
  /// Number of consecutive tokens that ``neuronFraction8`` groups.
  package static let chunk = 8

  /// Share of tokens that use each expert.
  package let shares: [Double]
  /// Mean share of the layer's neurons that a token uses.
  package let neuronFraction: Double
  /// Mean share of the layer's neurons that 8 consecutive tokens of a window use together: the
  /// width of their largest expert, as experts are nested.
  ///
  /// Windows are cut into chunks from the start. A remainder is ignored, except that a window
  /// shorter than a chunk counts as one.
  package let neuronFraction8: Double

  /// - Parameters:
  ///   - choices: expert of each token, by window; at least one token.
  ///   - widths: widths of all experts.
  package init(choices: [[Int]], widths: [Int]) {
    let neurons = Double(widths[widths.count - 1])
    let tokens = choices.reduce(0) { $0 + $1.count }
    precondition(tokens > 0, "no tokens")
    var counts = [Int](repeating: 0, count: widths.count)
    var largest: [Int] = []
    for window in choices where !window.isEmpty {
      for choice in window { counts[choice] += 1 }
      let size = min(Self.chunk, window.count)
      for start in stride(from: 0, through: window.count - size, by: size) {
        largest.append(window[start..<start + size].reduce(0, max))
      }
    }
    shares = counts.map { Double($0) / Double(tokens) }
    neuronFraction =
      Double(zip(counts, widths).reduce(0) { $0 + $1.0 * $1.1 }) / (Double(tokens) * neurons)
    neuronFraction8 =
      Double(largest.reduce(0) { $0 + widths[$1] }) / (Double(largest.count) * neurons)
  }
}
