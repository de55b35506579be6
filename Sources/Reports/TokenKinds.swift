import JSON

/// Tokens of a text that take the smallest and the largest experts.
package struct TokenKinds: Sendable, Equatable {
  package struct Kind: Sendable, Equatable {
    package let text: String
    /// Number of occurrences.
    package let count: Int
    /// Mean over layers and occurrences of width / H.
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

  /// Easiest first.
  package let easy: [Kind]
  /// Hardest first.
  package let hard: [Kind]

  package static let listed = 12
  package static let occurrences = 5

  package init(easy: [Kind], hard: [Kind]) {
    self.easy = easy
    self.hard = hard
  }

  /// Selects the easiest and hardest of the tokens that occur often enough; no token is both.
  ///
  /// - Parameters:
  ///   - tokens: the id and mean width of every occurrence.
  ///   - text: the text of an id; nil if it cannot be shown.
  package init(_ tokens: some Sequence<(id: Int, meanWidth: Double)>, text: (Int) -> String?) {
    var sums: [Int: (count: Int, width: Double)] = [:]
    for token in tokens {
      let sum = sums[token.id, default: (0, 0)]
      sums[token.id] = (sum.count + 1, sum.width + token.meanWidth)
    }
    // Ties are ordered by id, as a dictionary has no order.
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
