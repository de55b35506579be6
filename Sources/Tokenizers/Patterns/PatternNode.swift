/// Syntax tree of a pattern.
indirect enum PatternNode: Equatable {
  /// Preference of a repetition for many or few iterations.
  enum Greed {
    case greedy
    case lazy
    /// As often as possible, without backtracking.
    case possessive
  }

  enum Boundary: Sendable {
    case lineStart, lineEnd, textStart, textEnd
    /// End of the text, or before a line feed at its end.
    case lastLineEnd
    case word, notWord
  }

  case one(ScalarSet)
  case sequence([PatternNode])
  case choice([PatternNode])
  case repetition(PatternNode, least: Int, most: Int?, Greed)
  /// Group that is not backtracked into.
  case atomic(PatternNode)
  case ahead(PatternNode, isNegative: Bool)
  /// Lookbehind, with the numbers of scalars that it can match.
  case behind(PatternNode, ClosedRange<Int>, isNegative: Bool)
  case boundary(Boundary)

  /// Whether it can match the empty string.
  var canBeEmpty: Bool {
    switch self {
    case .one: false
    case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
    case .choice(let branches): branches.contains(where: \.canBeEmpty)
    case .repetition(let body, let least, _, _): least == 0 || body.canBeEmpty
    case .atomic(let body): body.canBeEmpty
    case .ahead, .behind, .boundary: true
    }
  }

  /// Characters that it can begin with.
  var beginning: PatternBeginning {
    switch self {
    case .one(let set): return PatternBeginning(set)
    case .sequence(let parts):
      var beginning = PatternBeginning.empty
      for part in parts where beginning.canBeEmpty { beginning.append(part.beginning) }
      return beginning
    case .choice(let branches):
      return branches.dropFirst().reduce(branches.first?.beginning ?? .empty) {
        $0.union($1.beginning)
      }
    case .repetition(let body, let least, _, _):
      return least == 0 ? body.beginning.union(.empty) : body.beginning
    case .atomic(let body): return body.beginning
    case .ahead, .behind, .boundary: return .empty
    }
  }

  /// Numbers of scalars that it can match, from least to most; nil if there is no limit.
  var widths: ClosedRange<Int>? {
    switch self {
    case .one: return 1...1
    case .sequence(let parts):
      var sum = 0...0
      for part in parts {
        guard let widths = part.widths else { return nil }
        sum = sum.lowerBound + widths.lowerBound...sum.upperBound + widths.upperBound
      }
      return sum
    case .choice(let branches):
      let widths = branches.compactMap(\.widths)
      guard widths.count == branches.count, let least = widths.map(\.lowerBound).min(),
        let most = widths.map(\.upperBound).max()
      else { return nil }
      return least...most
    case .repetition(let body, let least, let most, _):
      guard let most, let widths = body.widths else { return nil }
      let product = widths.upperBound.multipliedReportingOverflow(by: most)
      return product.overflow ? nil : widths.lowerBound * least...product.partialValue
    case .atomic(let body): return body.widths
    case .ahead, .behind, .boundary: return 0...0
    }
  }
}
