package import Kernels

/// Routing quality of a layer.
package struct LayerQuality: Sendable, Equatable {
  /// Router quality on the states of the dense model.
  package let dense: RouterQuality
  /// Router quality on the states of the routed model.
  package let routed: RouterQuality
  /// True scores of each expert but the last, on the states of the dense model.
  package let scores: [ScoreDistribution]
  /// Expert use by the routers' choices in the routed model.
  package let use: ExpertUse

  package init(
    dense: (predicted: [Matrix], truth: [Matrix]), routed: (predicted: [Matrix], truth: [Matrix]),
    rule: ChoiceRule, experts: LayerExperts
  ) {
    let costs = experts.costs
    self.dense = RouterQuality(
      predicted: dense.predicted, truth: dense.truth, rule: rule, costs: costs)
    self.routed = RouterQuality(
      predicted: routed.predicted, truth: routed.truth, rule: rule, costs: costs)
    scores = ScoreDistribution.all(dense.truth)
    use = ExpertUse(
      choices: routed.predicted.map { rule.choices($0, costs: costs) }, widths: experts.widths)
  }
}
