/// How far two halves of the calibration text agree on which neurons of a layer matter.
package struct RankingStability: Sendable, Equatable {
  /// For each expert but the last the share of its neurons that it would have by either half.
  package let agreement: [Double]

  /// - Parameters:
  ///   - even: the scores of all neurons by every second window, from the first.
  ///   - odd: their scores by the other windows.
  ///   - widths: of every expert.
  package init(even: [Double], odd: [Double], widths: [Int]) {
    precondition(even.count == odd.count, "\(even.count) and \(odd.count) neurons")
    let places = [even, odd].map { scores in
      var places = [Int](repeating: 0, count: scores.count)
      for (place, neuron) in RankOrder.descending(scores).enumerated() { places[neuron] = place }
      return places
    }
    agreement = widths.dropLast().map { width in
      let shared = even.indices.count { places[0][$0] < width && places[1][$0] < width }
      return Double(shared) / Double(width)
    }
  }
}
