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
  case boundary(Boundary)

  /// Whether it can match the empty string.
  var canBeEmpty: Bool {
    switch self {
    case .one: false
    case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
    case .choice(let branches): branches.contains(where: \.canBeEmpty)
    case .repetition(let body, let least, _, _): least == 0 || body.canBeEmpty
    case .atomic(let body): body.canBeEmpty
    case .ahead, .boundary: true
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
    case .ahead, .boundary: return .empty
    }
  }
}
