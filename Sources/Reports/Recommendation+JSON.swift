import JSON

extension Recommendation {
  /// Element of `recommendations` in `formats/report.md`.
  var document: JSONValue {
    [
      "max_perplexity_ratio": .double(maximumRatio),
      "budget": JSONValue(point?.budget),
      "perplexity_ratio": JSONValue(point?.ratio),
      "cost_fraction": JSONValue(point?.cost),
      "is_measured": .bool(isMeasured),
    ]
  }
}
