package import Evaluation
package import JSON

/// A text, token by token, with the size of the experts that its tokens were given.
package struct Passage: Sendable, Equatable {
  package struct Token: Sendable, Equatable {
    /// Empty where a later token completes its character.
    package let text: String
    /// Mean over layers of width / H.
    package let meanWidth: Double
    /// The expert in every layer.
    package let experts: [Int]

    package init(text: String, meanWidth: Double, experts: [Int]) {
      self.text = text
      self.meanWidth = meanWidth
      self.experts = experts
    }

    package var document: JSONValue {
      [
        "text": .string(text), "mean_width": .double(meanWidth),
        "experts": .array(experts.map(JSONValue.int)),
      ]
    }
  }

  package let title: String
  package let budget: Double
  package let tokens: [Token]

  package init(title: String, budget: Double, tokens: [Token]) {
    self.title = title
    self.budget = budget
    self.tokens = tokens
  }

  var document: JSONValue {
    [
      "title": .string(title), "budget": .double(budget),
      "tokens": .array(tokens.map(\.document)),
    ]
  }
}

extension Passage.Token {
  /// The tokens of windows whose experts were recorded.
  ///
  /// - Parameters:
  ///   - texts: of all tokens, window by window; those without a choice are at the end.
  ///   - choices: what they were given.
  /// - Returns: those that have a choice.
  package static func all(_ texts: [String], _ choices: TokenChoices) -> [Self] {
    zip(texts, zip(choices.meanWidths.joined(), choices.experts.joined())).map { text, choice in
      Self(text: text, meanWidth: choice.0, experts: choice.1)
    }
  }
}
