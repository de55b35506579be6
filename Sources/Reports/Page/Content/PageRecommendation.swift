import JSON

/// Smallest budget that keeps the perplexity within a limit.
struct PageRecommendation: Sendable {
  let maximumRatio: Double
  /// Nil if no budget does.
  let budget: Double?
  let ratio: Double?
  let cost: Double?
  let isMeasured: Bool

  init(_ field: JSONField) throws(JSONFieldError) {
    maximumRatio = try field.member("max_perplexity_ratio").double()
    budget = try field.optionalDouble("budget")
    ratio = try field.optionalDouble("perplexity_ratio")
    cost = try field.optionalDouble("cost_fraction")
    isMeasured = try field.optional("is_measured")?.bool() ?? false
  }
}
