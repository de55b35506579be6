/// How wide the experts of a layer are.
package enum ExpertWidths: Sendable, Equatable {
  /// `(e + 1) / E` of the layer.
  case equal(experts: Int)
  /// Fractions of the layer that increase and end in 1.
  case fractions([Double])
  /// The smallest widths whose neurons hold 50, 75, 90 and 100 % of the layer's importance.
  case coverage

  private static let coverageTargets = [0.5, 0.75, 0.9, 1]

  /// Fractions from text such as `0.25,0.5,1`, or `auto`.
  package init(fractions text: String) throws(PlanError) {
    if text == "auto" {
      self = .coverage
      return
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Double($0) }
    let grows = zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    guard values.count == parts.count, grows, let first = values.first, first > 0,
      values.last == 1
    else { throw PlanError.fractions(text) }
    self = .fractions(values)
  }

  package var experts: Int {
    switch self {
    case .equal(let experts): experts
    case .fractions(let fractions): fractions.count
    case .coverage: Self.coverageTargets.count
    }
  }

  /// The largest power of two up to 32 that divides H / E; 1 where H / E is not whole.
  package func defaultAlignment(neurons: Int) -> Int {
    guard neurons % experts == 0 else { return 1 }
    return 1 << min((neurons / experts).trailingZeroBitCount, 5)
  }

  /// The widths of a layer's experts, each a multiple of `alignment` but for the last.
  ///
  /// - Parameters:
  ///   - scores: the importance of the layer's neurons, in descending order.
  ///   - layer: named in errors.
  ///   - alignment: each width is rounded half up to a multiple of it.
  /// - Returns: a width for each expert, the last being all neurons.
  /// - Throws: ``PlanError/widths(layer:widths:alignment:)`` where they do not grow.
  package func widths(
    descending scores: [Double], layer: Int, alignment: Int
  ) throws(PlanError) -> [Int] {
    let neurons = scores.count
    var widths: [Int] =
      switch self {
      case .equal(let experts):
        // (e + 1) · H / E in units of the alignment, half up, in whole numbers.
        (1...experts).map {
          (2 * $0 * neurons + experts * alignment) / (2 * experts * alignment) * alignment
        }
      case .fractions(let fractions):
        fractions.map { Self.rounded($0 * Double(neurons), to: alignment) }
      case .coverage:
        Self.widths(covering: Self.coverageTargets, of: scores).map {
          Self.rounded(Double($0), to: alignment)
        }
      }
    widths[widths.count - 1] = neurons
    guard widths[0] > 0, zip(widths, widths.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw PlanError.widths(layer: layer, widths: widths, alignment: alignment)
    }
    return widths
  }

  private static func rounded(_ width: Double, to alignment: Int) -> Int {
    Int((width / Double(alignment) + 0.5).rounded(.down)) * alignment
  }

  private static func widths(covering targets: [Double], of scores: [Double]) -> [Int] {
    let total = scores.reduce(0, +)
    var widths: [Int] = []
    var sum = 0.0
    var width = 0
    for target in targets {
      while width < scores.count, sum < target * total {
        sum += scores[width]
        width += 1
      }
      widths.append(width)
    }
    return widths
  }
}
