package import Evaluation
package import JSON

/// Text with the experts that were chosen for each of its tokens.
package struct Passage: Sendable, Equatable {
  package struct Token: Sendable, Equatable {
    /// Empty if a later token completes its character.
    package let text: String
    /// Mean over layers of width / H.
    package let meanWidth: Double
    /// Expert in every layer.
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
  /// Pairs tokens with their recorded choices.
  ///
  /// - Parameters:
  ///   - texts: the texts of all tokens, window by window; tokens without a choice are at the end.
  ///   - choices: the recorded choices of the windows.
  /// - Returns: the tokens that have a choice.
  package static func all(_ texts: [String], _ choices: TokenChoices) -> [Self] {
    zip(texts, zip(choices.meanWidths.joined(), choices.experts.joined())).map { text, choice in
      Self(text: text, meanWidth: choice.0, experts: choice.1)
    }
  }
}
