import JSON

/// How fast a variant ran.
struct PageTiming: Sendable {
  let name: String
  /// Of the whole model, in windows.
  let tokensPerSecond: Double?
  /// Of the FFNs alone, in windows.
  let ffnTokensPerSecond: Double?
  /// Of the FFNs alone, one token at a time.
  let singleFFNTokensPerSecond: Double?

  init(_ field: JSONField) throws(JSONFieldError) {
    name = try field.member("name").string()
    tokensPerSecond = try field.optionalDouble("tokens_per_second")
    ffnTokensPerSecond = try field.optionalDouble("ffn_tokens_per_second")
    singleFFNTokensPerSecond = try field.optionalDouble("single_ffn_tokens_per_second")
  }
}
