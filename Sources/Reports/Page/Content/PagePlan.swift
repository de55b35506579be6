import JSON

/// Ranking of the neurons and widths of the experts.
struct PagePlan: Sendable {
  struct Layer: Sendable {
    let number: Int
    let widths: [Int]
    /// Share of the importance that each expert holds; may be empty.
    let coverage: [Double]
    /// Stability of the ranking for each expert but the last; may be empty.
    let stability: [Double]
    /// Weight of the layer's errors; nil if it was not measured.
    let sensitivity: Double?

    /// Widths divided by the full width.
    var fractions: [Double] {
      let full = Double(max(widths.last ?? 1, 1))
      return widths.map { Double($0) / full }
    }
  }

  /// Neuron whose loss alone harms predictions.
  struct MassiveNeuron: Sendable {
    let layer: Int
    let neuron: Int
    /// Smallest expert that holds it.
    let expert: Int
    /// Largest length of its contribution to the residual stream over that of the stream.
    let ratio: Double
    /// Position of that contribution in its window.
    let position: Int
    /// Divergence of predictions without it, in nats a token.
    let divergence: Double
  }

  let recipe: String
  let importance: String
  let experts: Int
  /// Nil without routers.
  let routerKind: String?
  /// Predicted quantity: `similarity` or `log_error`.
  let predicts: String?
  let compensationRank: Int?
  /// By what experts skip neurons; nil if they skip none.
  let skipping: String?
  let layers: [Layer]
  /// Nil if none were looked for.
  let massiveNeurons: [MassiveNeuron]?

  init(_ field: JSONField) throws(JSONFieldError) {
    recipe = try field.member("recipe").string()
    importance = try field.member("importance").string()
    experts = try field.member("experts").int(in: 1...4096)
    let router = try field.optional("router")
    routerKind = try router?.member("kind").string()
    predicts = try router?.member("predicts").string()
    compensationRank = try field.optional("compensation_rank")?.int()
    skipping = try field.optional("skipping")?.string()
    layers = try field.list("layers", Layer.init)
    massiveNeurons =
      try field.optional("massive_neurons") == nil
      ? nil : field.list("massive_neurons", MassiveNeuron.init)
    let numbers = Set(layers.map(\.number))
    guard
      massiveNeurons?.allSatisfy({ numbers.contains($0.layer) && $0.expert < experts }) ?? true
    else {
      throw try field.member("massive_neurons").mismatch(expected: "layers and experts of the plan")
    }
  }
}

extension PagePlan.MassiveNeuron {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    layer = try field.member("layer").int()
    neuron = try field.member("neuron").int(in: 0...(1 << 32))
    expert = try field.member("expert").int(in: 0...4095)
    ratio = try field.member("ratio").double()
    position = try field.member("position").int(in: 0...(1 << 32))
    divergence = try field.member("divergence").double()
  }
}

extension PagePlan.Layer {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    number = try field.member("layer").int()
    widths = try field.ints("widths")
    coverage = try field.doubles("coverage")
    stability = try field.doubles("stability")
    sensitivity = try field.optional("sensitivity")?.double()
    guard !widths.isEmpty, coverage.isEmpty || coverage.count == widths.count,
      stability.count < widths.count
    else {
      throw field.mismatch(expected: "widths, and a coverage for each")
    }
  }
}
