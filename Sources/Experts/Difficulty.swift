/// How large an expert must be to be good enough for a token.
package enum Difficulty {
  /// The smallest expert whose similarity exceeds the threshold, else the full one; at a threshold of
  /// 1 or more always the full one.
  package static func expert(similarities: [Double], threshold: Double) -> Int {
    let last = similarities.count - 1
    guard threshold < 1 else { return last }
    return similarities.firstIndex { $0 > threshold } ?? last
  }
}
