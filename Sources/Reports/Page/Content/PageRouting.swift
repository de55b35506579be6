import JSON

/// Quality and use of the routers at one budget.
struct PageRouting: Sendable {
  struct Quality: Sendable {
    let accuracy: Double
    let meanAbsoluteError: Double
    let underProvision: Double
    let overProvision: Double
    /// Counts of tokens; rows are true choices, columns predicted ones.
    let confusion: [[Int]]
  }

  /// Quantiles of a score over tokens.
  struct Scores: Sendable {
    let p5: Double
    let p25: Double
    let median: Double
    let p75: Double
    let p95: Double
  }

  struct Layer: Sendable {
    let number: Int
    let dense: Quality
    let routed: Quality
    /// Distribution of the score of each expert but the last.
    let scores: [Scores]
    let difficulty: [Double]
    let use: [Double]
    let neuronFraction: Double?
    let neuronFraction8: Double?
  }

  let budget: Double
  let tokens: Int
  let layers: [Layer]

  init(_ field: JSONField) throws(JSONFieldError) {
    budget = try field.member("budget").double()
    tokens = try field.member("tokens").int()
    layers = try field.list("layers", Layer.init)
  }
}

extension PageRouting.Layer {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    number = try field.member("layer").int()
    dense = try PageRouting.Quality(field.member("dense"))
    routed = try PageRouting.Quality(field.member("routed"))
    scores = try field.list("scores", PageRouting.Scores.init)
    difficulty = try field.doubles("difficulty")
    use = try field.doubles("use")
    neuronFraction = try field.optionalDouble("neuron_fraction")
    neuronFraction8 = try field.optionalDouble("neuron_fraction_8")
  }
}

extension PageRouting.Quality {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    accuracy = try field.member("accuracy").double()
    meanAbsoluteError = try field.member("mean_absolute_error").double()
    underProvision = try field.member("under_provision").double()
    overProvision = try field.member("over_provision").double()
    confusion = try field.list("confusion") { row throws(JSONFieldError) in
      var counts: [Int] = []
      for count in try row.elements() { counts.append(try count.int()) }
      return counts
    }
    guard confusion.allSatisfy({ $0.count == confusion.count }) else {
      throw try field.member("confusion").mismatch(expected: "as many columns as rows")
    }
  }
}

extension PageRouting.Scores {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    p5 = try field.member("p5").double()
    p25 = try field.member("p25").double()
    median = try field.member("median").double()
    p75 = try field.member("p75").double()
    p95 = try field.member("p95").double()
  }
}
