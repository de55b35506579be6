import JSON

/// A text, and how wide an expert each of its tokens was given.
struct PagePassage: Sendable {
  struct Token: Sendable {
    let text: String
    /// The mean over layers of the share of neurons.
    let meanWidth: Double
    /// For each layer.
    let experts: [Int]
  }

  let title: String
  let budget: Double?
  let tokens: [Token]

  init(_ field: JSONField) throws(JSONFieldError) {
    title = try field.member("title").string()
    budget = try field.optionalDouble("budget")
    tokens = try field.list("tokens") { field throws(JSONFieldError) in
      Token(
        text: try field.member("text").string(),
        meanWidth: try field.member("mean_width").double(), experts: try field.ints("experts"))
    }
  }
}

/// The tokens that are given the least and the most.
struct PageTokenKinds: Sendable {
  struct Kind: Sendable {
    let text: String
    let count: Int
    let meanWidth: Double
  }

  let easy: [Kind]
  let hard: [Kind]

  init(_ field: JSONField) throws(JSONFieldError) {
    easy = try field.list("easy", Kind.init)
    hard = try field.list("hard", Kind.init)
  }
}

extension PageTokenKinds.Kind {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    text = try field.member("text").string()
    count = try field.member("count").int()
    meanWidth = try field.member("mean_width").double()
  }
}
