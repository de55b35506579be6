/// Backtracking matcher that takes the first match in the order of the pattern, like Oniguruma.
///
/// Some patterns backtrack exponentially, so the number of steps is limited.
struct PatternMatcher {
  /// Saved state for backtracking.
  private struct Way {
    let instruction: Int
    var index: Int
    /// Lowest index to which a run can give back scalars; otherwise equal to `index`.
    let least: Int
  }

  private let program: PatternProgram
  private let categories: [UInt8]
  private var ways: [Way] = []
  private var stepsLeft: Int
  /// Index of the innermost lookbehind, where its match must end.
  private var target = 0

  private static let stepsPerByte = 256
  /// Small, as texts are split into many short pieces.
  private static let leastSteps = 1 << 12

  init(_ program: PatternProgram, textLength: Int) {
    self.program = program
    categories = ScalarCategory.table
    stepsLeft = Self.leastSteps + Self.stepsPerByte * textLength
  }

  var isExhausted: Bool { stepsLeft <= 0 }

  /// First match at or after an index.
  mutating func firstMatch(from start: Int, in text: Span<UInt8>) -> Range<Int>? {
    var index = start
    while !isExhausted {
      if program.beginning.admits(index, in: text) {
        ways.removeAll(keepingCapacity: true)
        if let end = run(from: 0, at: index, in: text) { return index..<end }
      }
      guard index < text.count else { return nil }
      index += text.lengthOfScalar(at: index)
      stepsLeft -= 1
    }
    return nil
  }

  private mutating func run(from first: Int, at start: Int, in text: Span<UInt8>) -> Int? {
    let floor = ways.count
    var instruction = first
    var index = start
    while stepsLeft > 0 {
      stepsLeft -= 1
      var fails = false
      switch program.instructions[instruction] {
      case .one(let set):
        let length = self.length(of: set, at: index, in: text)
        index += length
        instruction += 1
        fails = length == 0
      case .run(let set, let least, let most, let isPossessive):
        let end = run(of: set, least: least, most: most, at: index, in: text)
        instruction += 1
        if let (lowest, highest) = end {
          if highest > lowest, !isPossessive {
            ways.append(Way(instruction: instruction, index: highest, least: lowest))
          }
          index = highest
        } else {
          fails = true
        }
      case .fork(let other, let here):
        if here.admits(index, in: text) {
          ways.append(Way(instruction: other, index: index, least: index))
          instruction += 1
        } else {
          instruction = other
        }
      case .leave(let preferred):
        ways.append(Way(instruction: instruction + 1, index: index, least: index))
        instruction = preferred
      case .jump(let target): instruction = target
      case .ahead(let end, let isNegative):
        fails = (run(from: instruction + 1, at: index, in: text) != nil) == isNegative
        instruction = end
      case .behind(let end, let least, let most, let isNegative):
        let matches = matchesBehind(
          from: instruction + 1, least: least, most: most, at: index, in: text)
        fails = matches == isNegative
        instruction = end
      case .atomic(let end):
        if let next = run(from: instruction + 1, at: index, in: text) {
          index = next
          instruction = end
        } else {
          fails = true
        }
      case .boundary(let boundary):
        fails = !Self.holds(boundary, at: index, in: text)
        instruction += 1
      case .accept:
        ways.removeSubrange(floor...)
        return index
      case .acceptHere:
        if index == target {
          ways.removeSubrange(floor...)
          return index
        }
        fails = true
      }
      if fails {
        guard ways.count > floor, let way = ways.popLast() else { return nil }
        index = way.index
        instruction = way.instruction
        if index > way.least {
          // The run gives back one scalar; the full run has been tried already.
          index -= text.scalar(before: index).length
          if index > way.least {
            ways.append(Way(instruction: instruction, index: index, least: way.least))
          }
        }
      }
    }
    return nil
  }

  /// Whether the instructions match from `least` to `most` scalars before an index up to it.
  private mutating func matchesBehind(
    from first: Int, least: Int, most: Int, at index: Int, in text: Span<UInt8>
  ) -> Bool {
    let outer = target
    defer { target = outer }
    target = index
    var start = index
    for count in 0...most {
      if count >= least, run(from: first, at: start, in: text) != nil { return true }
      guard start > 0 else { return false }
      start -= text.scalar(before: start).length
      stepsLeft -= 1
    }
    return false
  }

  /// Possible ends of a run: `lowest`, `highest`, and after every scalar between.
  @inline(__always)
  private mutating func run(
    of set: Int, least: Int, most: Int, at start: Int, in text: Span<UInt8>
  ) -> (lowest: Int, highest: Int)? {
    var index = start
    var lowest = start
    var count = 0
    while count < most {
      let length = self.length(of: set, at: index, in: text)
      guard length > 0 else { break }
      index += length
      count += 1
      if count == least { lowest = index }
    }
    stepsLeft -= count
    return count < least ? nil : (lowest, index)
  }

  /// Length in bytes of the scalar at an index if it is in a set, otherwise 0.
  @inline(__always)
  private func length(of set: Int, at index: Int, in text: Span<UInt8>) -> Int {
    guard index < text.count else { return 0 }
    let byte = text[index]
    if byte < 0x80 { return program.sets[set].contains(ascii: byte) ? 1 : 0 }
    let (scalar, length) = text.scalar(at: index)
    let category =
      scalar.value < 0x20000
      ? categories[Int(scalar.value)] : ScalarCategory.number(scalar)
    return program.sets[set].contains(scalar, category: category) ? length : 0
  }

  private static func holds(
    _ boundary: PatternNode.Boundary, at index: Int, in text: Span<UInt8>
  ) -> Bool {
    switch boundary {
    case .textStart: index == 0
    case .textEnd: index == text.count
    case .lineStart: index == 0 || (index < text.count && text[index - 1] == 0x0A)
    case .lineEnd: index == text.count || text[index] == 0x0A
    case .lastLineEnd:
      index == text.count || (index == text.count - 1 && text[index] == 0x0A)
    case .word: isWordEdge(index, text)
    case .notWord: !isWordEdge(index, text)
    }
  }

  private static func isWordEdge(_ index: Int, _ text: Span<UInt8>) -> Bool {
    let before = index > 0 && ScalarSet.word.contains(text.scalar(before: index).scalar)
    let after = index < text.count && ScalarSet.word.contains(text.scalar(at: index).scalar)
    return before != after
  }
}
