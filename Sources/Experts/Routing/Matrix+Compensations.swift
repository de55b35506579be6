import Kernels

extension Matrix {
  /// Adds to each row the compensation of its chosen expert; the full expert has none.
  mutating func add(_ compensations: [Compensation], choices: [Int], input: Matrix) {
    for (expert, compensation) in compensations.enumerated() {
      let tokens = choices.indices.filter { choices[$0] == expert }
      guard !tokens.isEmpty else { continue }
      let rows = tokens.count == input.rows ? input : input.gatherRows(tokens[...])
      add(compensation(rows), toRows: tokens)
    }
  }
}
