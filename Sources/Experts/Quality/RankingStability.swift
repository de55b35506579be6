/// Agreement of two halves of the calibration text on the important neurons of a layer.
package struct RankingStability: Sendable, Equatable {
  /// Share of an expert's neurons that both halves select, for each expert but the last.
  package let agreement: [Double]

  /// - Parameters:
  ///   - even: scores of all neurons from windows 0, 2, 4, …
  ///   - odd: scores from the other windows.
  ///   - widths: widths of all experts.
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
