import JSON

/// Form of routers and compensation in a file (`formats/dmoe.md`, section 7).
package struct RoutingForm: Sendable, Equatable {
  /// Quantity that routers predict for every partial expert.
  package enum Prediction: String, Sendable, CaseIterable {
    case similarity
    case logError = "log_error"
  }

  package let router: RouterForm
  package let prediction: Prediction
  /// Rank of the compensation; nil if there is none.
  package let compensationRank: Int?

  package init(router: RouterForm, prediction: Prediction, compensationRank: Int?) {
    self.router = router
    self.prediction = prediction
    self.compensationRank = compensationRank
  }

  /// Reads the plan; nil without routers, or if their kind or prediction is unknown.
  init?(_ plan: JSONField) throws(JSONFieldError) {
    let rank = try plan.stated("compensation")?.member("rank").int(in: 1...1 << 24)
    guard let field = try plan.stated("router") else { return nil }
    let router = RouterForm(rawValue: try field.member("kind").string())
    let prediction = Prediction(rawValue: try field.member("predicts").string())
    guard let router, let prediction else { return nil }
    self.init(router: router, prediction: prediction, compensationRank: rank)
  }

  /// Number of router input features per token.
  package func features(hiddenSize: Int) -> Int {
    prediction == .similarity ? hiddenSize : hiddenSize + 1
  }

  /// Tensors of one layer's compensation, by name.
  package static func compensation(
    rank: Int, hiddenSize: Int
  ) -> [(name: String, shape: [Int])] {
    [
      ("first.weight", [rank, hiddenSize]), ("second.weight", [hiddenSize, rank]),
      ("bias", [hiddenSize]),
    ]
  }
}
