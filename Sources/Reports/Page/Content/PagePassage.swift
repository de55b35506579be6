import JSON

/// Text with the experts that were chosen for each of its tokens.
struct PagePassage: Sendable {
  struct Token: Sendable {
    let text: String
    /// Mean over layers of width / H.
    let meanWidth: Double
    /// Expert in every layer.
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

/// Tokens that take the smallest and the largest experts.
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
