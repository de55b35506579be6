/// Order of neurons by score.
enum RankOrder {
  /// Indices by descending score, ties by the lower index.
  static func descending(_ scores: [Double]) -> [Int] {
    scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
  }
}
