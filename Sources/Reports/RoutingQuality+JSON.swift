package import Experts
package import JSON

extension RoutingQuality {
  /// Section `routing` of `formats/report.md`.
  package var document: JSONValue {
    [
      "budget": .double(budget),
      "knob": .double(knob),
      "tokens": .int(tokens),
      "routed_cost": .double(routedCost),
      "layers": .array(
        layers.enumerated().map { index, layer in
          [
            "layer": .int(index),
            "dense": Self.document(layer.dense),
            "routed": Self.document(layer.routed),
            "scores": .array(layer.scores.map(Self.document)),
            "difficulty": .array(layer.dense.difficulty.map(JSONValue.double)),
            "use": .array(layer.use.shares.map(JSONValue.double)),
            "neuron_fraction": .double(layer.use.neuronFraction),
            "neuron_fraction_8": .double(layer.use.neuronFraction8),
          ]
        }),
    ]
  }

  private static func document(_ quality: RouterQuality) -> JSONValue {
    [
      "accuracy": .double(quality.accuracy),
      "mean_absolute_error": .double(quality.meanAbsoluteError),
      "under_provision": .double(quality.underProvision),
      "over_provision": .double(quality.overProvision),
      "confusion": .array(quality.confusion.map { .array($0.map(JSONValue.int)) }),
      "r2": .array(quality.determination.map(JSONValue.double)),
    ]
  }

  private static func document(_ distribution: ScoreDistribution) -> JSONValue {
    [
      "p5": .double(distribution.p5), "p25": .double(distribution.p25),
      "median": .double(distribution.median), "p75": .double(distribution.p75),
      "p95": .double(distribution.p95),
    ]
  }
}
