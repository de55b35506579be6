import JSON

/// Which tokens of a text take small experts, and which large ones.
package struct TokenKinds: Sendable, Equatable {
  package struct Kind: Sendable, Equatable {
    package let text: String
    /// How often it was seen.
    package let count: Int
    /// Mean over layers, and over where it was seen, of width / H.
    package let meanWidth: Double

    package init(text: String, count: Int, meanWidth: Double) {
      self.text = text
      self.count = count
      self.meanWidth = meanWidth
    }

    fileprivate var document: JSONValue {
      ["text": .string(text), "count": .int(count), "mean_width": .double(meanWidth)]
    }
  }

  /// The easiest first.
  package let easy: [Kind]
  /// The hardest first.
  package let hard: [Kind]

  package static let listed = 12
  package static let occurrences = 5

  package init(easy: [Kind], hard: [Kind]) {
    self.easy = easy
    self.hard = hard
  }

  /// The extremes of tokens that were seen often enough; no token is both.
  ///
  /// - Parameters:
  ///   - tokens: their ids and mean widths, as they occur.
  ///   - text: of an id; nil where it is not one that can be shown.
  package init(_ tokens: some Sequence<(id: Int, meanWidth: Double)>, text: (Int) -> String?) {
    var sums: [Int: (count: Int, width: Double)] = [:]
    for token in tokens {
      let sum = sums[token.id, default: (0, 0)]
      sums[token.id] = (sum.count + 1, sum.width + token.meanWidth)
    }
    // Equals by their ids: a dictionary has no order of its own.
    let kinds = sums.filter { $0.value.count >= Self.occurrences }
      .sorted {
        ($0.value.width / Double($0.value.count), $0.key)
          < ($1.value.width / Double($1.value.count), $1.key)
      }
      .compactMap { id, sum in
        text(id).map { Kind(text: $0, count: sum.count, meanWidth: sum.width / Double(sum.count)) }
      }
    let listed = min(Self.listed, kinds.count / 2)
    easy = Array(kinds.prefix(listed))
    hard = Array(kinds.suffix(listed).reversed())
  }

  var document: JSONValue {
    ["easy": .array(easy.map(\.document)), "hard": .array(hard.map(\.document))]
  }
}
