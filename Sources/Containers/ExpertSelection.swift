package import DMOE
import Reports

/// Selection of an expert by a user.
package enum ExpertSelection: Sendable, Equatable {
  case index(Int)
  /// The expert with about this percentage of the neurons.
  case percent(Double)
  /// The full expert.
  case dense

  /// Parses `2`, `50%` or `dense`.
  package init?(_ text: String) {
    if text == "dense" {
      self = .dense
    } else if let index = Int(text), index >= 0 {
      self = .index(index)
    } else if text.hasSuffix("%"), let percent = Double(text.dropLast()),
      (0...100).contains(percent)
    {
      self = .percent(percent)
    } else {
      return nil
    }
  }

  /// Inverse of the parser.
  package var text: String {
    switch self {
    case .index(let index): "\(index)"
    case .percent(let percent): "\(Int(exactly: percent).map(String.init) ?? "\(percent)")%"
    case .dense: "dense"
    }
  }

  /// Index of the selected expert among those that the container holds.
  ///
  /// Widths are rounded and may differ between layers: a percentage selects the nearest expert
  /// whose mean width is within one percentage point.
  package func expert(of container: DMOEReader) throws(ContainerError) -> Int {
    let percents = ExpertSizes(container).experts.map { 100 * $0.activeFFNFraction }
    let found: Int? =
      switch self {
      case .index(let index): index
      case .percent(let wanted):
        percents.indices.filter { abs(percents[$0] - wanted) <= 1 }
          .min { abs(percents[$0] - wanted) < abs(percents[$1] - wanted) }
      case .dense: container.holdsDense ? percents.count - 1 : nil
      }
    guard let found, percents.indices.contains(found) else {
      throw .unknownExpert(
        text,
        known: percents.enumerated().map { "\($0) (\(HumanText.percent($1 / 100)))" })
    }
    return found
  }
}
