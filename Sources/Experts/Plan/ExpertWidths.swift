/// Scheme for the widths of a layer's experts.
package enum ExpertWidths: Sendable, Equatable {
  /// Expert e has `(e + 1) / E` of the neurons.
  case equal(experts: Int)
  /// Fractions of the neurons, increasing to 1.
  case fractions([Double])
  /// Smallest widths whose neurons hold 50, 75, 90 and 100 % of the layer's importance.
  case coverage

  private static let coverageTargets = [0.5, 0.75, 0.9, 1]

  /// Parses fractions such as `0.25,0.5,1`, or `auto` for ``coverage``.
  package init(fractions text: String) throws(PlanError) {
    if text == "auto" {
      self = .coverage
      return
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Double($0) }
    guard values.count == parts.count, let widths = ExpertWidths(fractions: values) else {
      throw PlanError.fractions(text)
    }
    self = widths
  }

  /// Widths by fractions above 0 that increase to 1; nil for others.
  package init?(fractions: [Double]) {
    let grows = zip([0] + fractions, fractions).allSatisfy { $0 < $1 }
    guard grows, fractions.last == 1 else { return nil }
    self = .fractions(fractions)
  }

  package var experts: Int {
    switch self {
    case .equal(let experts): experts
    case .fractions(let fractions): fractions.count
    case .coverage: Self.coverageTargets.count
    }
  }

  /// Largest power of two up to 32 that divides H / E; 1 if H / E is not whole.
  private func defaultAlignment(neurons: Int) -> Int {
    guard neurons % experts == 0 else { return 1 }
    return 1 << min((neurons / experts).trailingZeroBitCount, 5)
  }

  /// The least default alignment of several layers.
  package func defaultAlignment(layers: [Int]) -> Int {
    layers.map { defaultAlignment(neurons: $0) }.min() ?? 1
  }

  /// Checks that layers have neurons for all experts, and returns the alignment of their widths.
  ///
  /// - Parameters:
  ///   - alignment: the wanted alignment; nil for the default.
  ///   - layers: number of neurons of each layer.
  /// - Returns: the alignment.
  /// - Throws: ``PlanError`` if experts or alignment do not fit the narrowest layer.
  package func alignment(_ alignment: Int?, layers: [Int]) throws(PlanError) -> Int {
    let neurons = layers.min() ?? 0
    guard (1...max(neurons, 1)).contains(experts) else {
      throw .experts(experts, neurons: neurons)
    }
    let alignment = alignment ?? defaultAlignment(layers: layers)
    guard (1...max(neurons, 1)).contains(alignment) else {
      throw .alignment(alignment, neurons: neurons)
    }
    return alignment
  }

  /// Widths of a layer's experts, each but the last a multiple of `alignment`.
  ///
  /// - Parameters:
  ///   - scores: importance of the layer's neurons, in descending order.
  ///   - layer: number of the layer, for errors.
  ///   - alignment: widths are rounded half up to a multiple of it.
  /// - Returns: a width for each expert; the last is the number of neurons.
  /// - Throws: ``PlanError/widths(layer:widths:alignment:)`` if they do not increase.
  package func widths(
    descending scores: [Double], layer: Int, alignment: Int
  ) throws(PlanError) -> [Int] {
    let neurons = scores.count
    var widths: [Int] =
      switch self {
      case .equal(let experts):
        // (e + 1) · H / E in units of the alignment, rounded half up in integers.
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
