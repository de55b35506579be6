import JSON

/// Description of the routers and the compensation in a file (`formats/dmoe.md`, section 7).
package struct RoutingDescription: Sendable, Equatable {
  package let router: RouterKind
  package let target: RouterTarget
  /// Rank of the compensation; nil if there is none.
  package let compensationRank: Int?

  package init(router: RouterKind, target: RouterTarget, compensationRank: Int?) {
    self.router = router
    self.target = target
    self.compensationRank = compensationRank
  }

  /// Reads the plan; nil without routers, or if their kind or prediction is unknown.
  init?(_ plan: JSONField) throws(JSONFieldError) {
    let rank = try plan.stated("compensation")?.member("rank").int(in: 1...1 << 24)
    guard let field = try plan.stated("router") else { return nil }
    let router = RouterKind(rawValue: try field.member("kind").string())
    let target = RouterTarget(rawValue: try field.member("predicts").string())
    guard let router, let target else { return nil }
    self.init(router: router, target: target, compensationRank: rank)
  }

  /// Number of router input features per token.
  package func features(hiddenSize: Int) -> Int {
    target == .similarity ? hiddenSize : hiddenSize + 1
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
