/// The order of neurons by their scores.
enum RankOrder {
  /// The highest first, ties by the lower index.
  static func descending(_ scores: [Double]) -> [Int] {
    scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
  }
}
