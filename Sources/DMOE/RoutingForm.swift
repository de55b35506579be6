import JSON

/// What chooses among the experts of a file (`formats/dmoe.md`, section 7).
package struct RoutingForm: Sendable, Equatable {
  /// What routers predict of every expert but the last.
  package enum Prediction: String, Sendable, CaseIterable {
    case similarity
    case logError = "log_error"
  }

  package let router: RouterForm
  package let prediction: Prediction
  /// Nil where nothing stands in for what experts drop.
  package let compensationRank: Int?

  package init(router: RouterForm, prediction: Prediction, compensationRank: Int?) {
    self.router = router
    self.prediction = prediction
    self.compensationRank = compensationRank
  }

  /// Routers of a kind, or with an aim, that are not known here are left alone.
  init?(_ plan: JSONField) throws(JSONFieldError) {
    let rank = try plan.stated("compensation")?.member("rank").int(in: 1...1 << 24)
    guard let field = try plan.stated("router") else { return nil }
    let router = RouterForm(rawValue: try field.member("kind").string())
    let prediction = Prediction(rawValue: try field.member("predicts").string())
    guard let router, let prediction else { return nil }
    self.init(router: router, prediction: prediction, compensationRank: rank)
  }

  /// How many numbers routers see of a token.
  package func features(hiddenSize: Int) -> Int {
    prediction == .similarity ? hiddenSize : hiddenSize + 1
  }

  /// The tensors of one layer's compensation by name.
  package static func compensation(
    rank: Int, hiddenSize: Int
  ) -> [(name: String, shape: [Int])] {
    [
      ("first.weight", [rank, hiddenSize]), ("second.weight", [hiddenSize, rank]),
      ("bias", [hiddenSize]),
    ]
  }
}
