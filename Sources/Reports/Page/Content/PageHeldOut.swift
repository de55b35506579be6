import JSON

/// Measurements on text that was not used for calibration.
struct PageHeldOut: Sendable {
  /// Cost and quality of one variant.
  struct Run: Sendable {
    let name: String
    let kind: Kind
    let budget: Double?
    /// Whether down projections are refitted.
    let isRefitted: Bool
    let perplexity: Double
    let ratio: Double?
    let ratioError: Double?
    let cost: Double
    /// Nil in reports that do not tell it.
    let windowCost: Double?
    let bytesPerToken: Double?
    let meanKLD: Double?
    let sameTopP: Double?

    /// Cost in windows, if it is another than that for one token.
    var otherWindowCost: Double? { windowCost.flatMap { $0 == cost ? nil : $0 } }
  }

  enum Kind: String, Sendable {
    case dense, expert, bare, routed, oracle, random, fixed
  }

  /// Dense model with quantised matrices.
  struct Quantized: Sendable {
    let elementType: String
    let ratio: Double
    let ratioError: Double?
    let bytesPerToken: Double
  }

  let tokens: Int
  let context: Int
  let textDigest: String
  let runs: [Run]
  let quantized: [Quantized]

  init(_ field: JSONField) throws(JSONFieldError) {
    tokens = try field.member("tokens").int()
    context = try field.member("context").int()
    textDigest = try field.member("text_sha256").string()
    runs = try field.list("variants", Run.init).compactMap { $0 }
    quantized = try field.list("quantized", Quantized.init)
  }

  /// Whether tokens that run alone cost less than those in windows.
  var skips: Bool { runs.contains { $0.otherWindowCost != nil } }

  /// Runs of a kind, the cheapest first.
  func runs(_ kind: Kind) -> [Run] { runs.filter { $0.kind == kind }.sorted { $0.cost < $1.cost } }
}

extension PageHeldOut.Run {
  /// Nil if the kind is not known here.
  fileprivate init?(_ field: JSONField) throws(JSONFieldError) {
    name = try field.member("name").string()
    let word = name.hasSuffix("@bare") ? "bare" : name.prefix { $0 != "@" && $0 != "-" }
    guard let kind = PageHeldOut.Kind(rawValue: String(word)) else { return nil }
    self.kind = kind
    budget = try field.optionalDouble("budget")
    isRefitted = try field.optional("refitted")?.bool() ?? false
    perplexity = try field.member("perplexity").double()
    ratio = try field.optionalDouble("perplexity_ratio")
    ratioError = try field.optionalDouble("perplexity_ratio_standard_error")
    cost = try field.member("cost_fraction").double()
    windowCost = try field.optionalDouble("window_cost_fraction")
    bytesPerToken = try field.optionalDouble("bytes_per_token")
    meanKLD = try field.optionalDouble("mean_kld")
    sameTopP = try field.optionalDouble("same_top_p")
  }
}

extension PageHeldOut.Quantized {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    elementType = try field.member("element_type").string()
    ratio = try field.member("perplexity_ratio").double()
    ratioError = try field.optionalDouble("perplexity_ratio_standard_error")
    bytesPerToken = try field.member("bytes_per_token").double()
  }
}
