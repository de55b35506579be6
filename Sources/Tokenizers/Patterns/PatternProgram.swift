/// Pattern compiled to instructions for ``PatternMatcher``.
struct PatternProgram: Sendable {
  enum Instruction: Sendable {
    /// One scalar of a set.
    case one(set: Int)
    /// As many scalars of a set as possible, from `least` to `most`.
    case run(set: Int, least: Int, most: Int, isPossessive: Bool)
    /// Continues here, or at `other` if that fails.
    case fork(other: Int, here: PatternBeginning)
    /// Continues at `preferred`, or here if that fails.
    case leave(preferred: Int)
    case jump(Int)
    /// Runs the instructions up to the `accept` before `end`, without moving in the text.
    case ahead(end: Int, isNegative: Bool)
    /// Runs the instructions up to the `acceptHere` before `end` from `least` to `most` scalars
    /// before.
    case behind(end: Int, least: Int, most: Int, isNegative: Bool)
    /// Runs the instructions up to the `accept` before `end`, without backtracking into them later.
    case atomic(end: Int)
    case boundary(PatternNode.Boundary)
    case accept
    /// Accepts only at the index of the lookbehind.
    case acceptHere
  }

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [ScalarSet] = []
  let beginning: PatternBeginning

  /// Far more instructions than any pattern in use needs.
  private static let most = 1 << 14

  init(_ node: PatternNode) throws(PatternError) {
    beginning = node.beginning
    try append(node)
    instructions.append(.accept)
  }

  private mutating func append(_ node: PatternNode) throws(PatternError) {
    guard instructions.count < Self.most else {
      throw PatternError(reason: "a pattern of more than \(Self.most) steps")
    }
    switch node {
    case .one(let set): instructions.append(.one(set: index(of: set)))
    case .sequence(let parts): for part in parts { try append(part) }
    case .choice(let branches): try append(choice: branches)
    case .repetition(let body, let least, let most, let greed):
      try append(body, least: least, most: most, greed)
    case .atomic(let body): try nest(body) { .atomic(end: $0) }
    case .ahead(let body, let isNegative):
      try nest(body) { .ahead(end: $0, isNegative: isNegative) }
    case .behind(let body, let widths, let isNegative):
      try nest(body, last: .acceptHere) {
        .behind(
          end: $0, least: widths.lowerBound, most: widths.upperBound, isNegative: isNegative)
      }
    case .boundary(let boundary): instructions.append(.boundary(boundary))
    }
  }

  private mutating func append(choice branches: [PatternNode]) throws(PatternError) {
    var jumps: [Int] = []
    for branch in branches.dropLast() {
      let fork = reserve()
      try append(branch)
      jumps.append(reserve())
      instructions[fork] = .fork(other: instructions.count, here: branch.beginning)
    }
    try append(branches[branches.count - 1])
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  private mutating func append(
    _ body: PatternNode, least: Int, most: Int?, _ greed: PatternNode.Greed
  ) throws(PatternError) {
    if case .one(let set) = body, greed != .lazy {
      instructions.append(
        .run(
          set: index(of: set), least: least, most: most ?? .max,
          isPossessive: greed == .possessive))
      return
    }
    guard greed != .possessive else {
      return try append(.atomic(.repetition(body, least: least, most: most, .greedy)))
    }
    for _ in 0..<least { try append(body) }
    guard let most else {
      let loop = instructions.count
      let fork = reserve()
      try append(body)
      instructions.append(.jump(loop))
      instructions[fork] = choice(greed, after: instructions.count, body)
      return
    }
    var forks: [Int] = []
    for _ in least..<most {
      forks.append(reserve())
      try append(body)
    }
    for fork in forks { instructions[fork] = choice(greed, after: instructions.count, body) }
  }

  /// Choice between repeating the body, which follows, and continuing after it.
  private func choice(
    _ greed: PatternNode.Greed, after: Int, _ body: PatternNode
  ) -> Instruction {
    greed == .lazy ? .leave(preferred: after) : .fork(other: after, here: body.beginning)
  }

  private mutating func nest(
    _ body: PatternNode, last: Instruction = .accept, _ instruction: (Int) -> Instruction
  ) throws(PatternError) {
    let start = reserve()
    try append(body)
    instructions.append(last)
    instructions[start] = instruction(instructions.count)
  }

  private mutating func reserve() -> Int {
    instructions.append(.accept)
    return instructions.count - 1
  }

  private mutating func index(of set: ScalarSet) -> Int {
    if let index = sets.firstIndex(of: set) { return index }
    sets.append(set)
    return sets.count - 1
  }
}
