import JSON
package import Tensors

/// Description of the routers and the compensation in a file (`formats/dmoe.md`, section 7).
package struct RoutingDescription: Sendable, Equatable {
  package let router: RouterKind
  package let target: RouterTarget
  /// Rank of the compensation; nil if there is none.
  package let compensationRank: Int?
  /// Whether experts skip neurons.
  package let skips: Bool

  package init(
    router: RouterKind, target: RouterTarget, compensationRank: Int?, skips: Bool = false
  ) {
    self.router = router
    self.target = target
    self.compensationRank = compensationRank
    self.skips = skips
  }

  /// Reads the plan; nil without routers, or if their kind or prediction is unknown.
  init?(_ plan: JSONField, skips: Bool) throws(JSONFieldError) {
    let rank = try plan.stated("compensation")?.member("rank").int(in: 1...1 << 24)
    guard let field = try plan.stated("router") else {
      guard !skips else {
        throw JSONFieldError(
          field: "plan.router", expected: "routers, which skipping needs", found: "none")
      }
      return nil
    }
    let router = RouterKind(rawValue: try field.member("kind").string())
    let predicts = try field.member("predicts")
    let target = RouterTarget(rawValue: try predicts.string())
    guard let router, let target else { return nil }
    guard target == .logError || !skips else {
      throw predicts.mismatch(expected: "log_error, as skipping needs a price")
    }
    self.init(router: router, target: target, compensationRank: rank, skips: skips)
  }

  /// Number of router input features per token.
  package func features(hiddenSize: Int) -> Int {
    target == .similarity ? hiddenSize : hiddenSize + 1
  }

  /// Number of prices with known costs: 2^−20 … 2^4.
  package static let prices = 25

  /// Tensors of one layer's skipping in a ring, by name: of the ring's neurons, and of the expert that
  /// ends with it.
  package func skipping(
    neurons: Int, isFull: Bool, hiddenSize: Int
  ) -> [(name: String, elementType: ElementType, shape: [Int])] {
    let rank = isFull ? nil : compensationRank
    let maps = rank.map { Self.compensation(rank: $0, hiddenSize: hiddenSize) } ?? []
    return [("scale", .f32, [neurons]), ("cost", .f64, [Self.prices])]
      + maps.map { ($0.name, $0.name == "bias" ? .f32 : .bf16, $0.shape) }
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
