/// Which experts the tokens of a layer use, and how many neurons that takes.
package struct ExpertUse: Sendable, Equatable {
  /// How many tokens in a row ``neuronFraction8`` takes together.
  package static let chunk = 8

  /// For each expert the share of tokens that use it.
  package let shares: [Double]
  /// The mean share of the layer's neurons that a token uses.
  package let neuronFraction: Double
  /// The mean share of the layer's neurons that 8 consecutive tokens of a window use between them:
  /// experts are nested, so the width of the largest.
  ///
  /// Windows are cut into chunks from their beginnings. What is left of a window counts only where
  /// the window is shorter than a chunk.
  package let neuronFraction8: Double

  /// - Parameters:
  ///   - choices: for each window an expert for each token; at least one token.
  ///   - widths: of every expert.
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
