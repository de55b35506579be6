import JSON

/// Speed of a variant.
struct PageTiming: Sendable {
  let name: String
  /// All layers without the output head, window by window.
  let tokensPerSecond: Double?
  /// Feed-forward layers alone, window by window.
  let ffnTokensPerSecond: Double?
  /// Feed-forward layers alone, one token at a time.
  let singleFFNTokensPerSecond: Double?

  init(_ field: JSONField) throws(JSONFieldError) {
    name = try field.member("name").string()
    tokensPerSecond = try field.optionalDouble("tokens_per_second")
    ffnTokensPerSecond = try field.optionalDouble("ffn_tokens_per_second")
    singleFFNTokensPerSecond = try field.optionalDouble("single_ffn_tokens_per_second")
  }
}
