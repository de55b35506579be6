/// What a pattern says, as a tree.
indirect enum PatternNode: Equatable {
  /// How a repetition chooses how often.
  enum Greed {
    case greedy
    case lazy
    /// As often as it can, with no way back.
    case possessive
  }

  enum Boundary: Sendable {
    case lineStart, lineEnd, textStart, textEnd
    /// The end, or before a line feed there.
    case lastLineEnd
    case word, notWord
  }

  case one(ScalarSet)
  case sequence([PatternNode])
  case choice([PatternNode])
  case repetition(PatternNode, least: Int, most: Int?, Greed)
  /// What was found once is not tried otherwise.
  case atomic(PatternNode)
  case ahead(PatternNode, isNegative: Bool)
  case boundary(Boundary)

  /// Whether it can match without taking a character.
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

  /// What it can begin with.
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
