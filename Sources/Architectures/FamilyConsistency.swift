import JSON

/// Check of a described family: options that are right alone may contradict each other.
struct FamilyConsistency {
  private let family: Family

  init(_ family: Family) { self.family = family }

  func check() throws(JSONFieldError) {
    if family.gguf != nil, family.layouts[.gguf] == nil {
      throw JSONFieldError(
        field: "tensors.gguf", expected: "the names of the tensors, as gguf has an architecture",
        found: "nothing")
    }
    for (naming, layout) in family.layouts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      try check(layout, "tensors.\(naming.rawValue)")
    }
    if family.layouts[.gguf]?.isTransposed == true {
      throw JSONFieldError(
        field: "tensors.gguf.transposed", expected: "false: GGUF has one output per row",
        found: "true")
    }
  }

  private func check(_ layout: TensorLayout, _ path: String) throws(JSONFieldError) {
    func refuse(_ role: TensorRole, _ expected: String) throws(JSONFieldError) {
      let name = layout.names[role]
      throw JSONFieldError(
        field: "\(path).names.\(role.snakeCase)", expected: expected,
        found: name.map { JSONWriter.text(.string($0)) } ?? "no name")
    }
    func has(_ role: TensorRole) -> Bool { layout.names[role] != nil }
    try checkNames(layout, refuse)
    for (fused, parts) in [
      (TensorRole.queryKeyValue, [TensorRole.query, .key, .value]),
      (.gateUp, family.gated ? [.gate, .up] : [.up]),
    ] {
      for part in parts where has(part) == has(fused) {
        try refuse(
          part, has(fused) ? "no name beside \(fused.snakeCase)" : "a name, or \(fused.snakeCase)")
      }
    }
    if !family.gated {
      for role in [TensorRole.gate, .gateUp] where has(role) {
        try refuse(role, "no name, because gated is false")
      }
    }
    switch family.positions {
    case .rotary:
      if has(.positionEmbedding) {
        try refuse(.positionEmbedding, "no name, because positions are rotary")
      }
    case .linearBiases:
      if has(.positionEmbedding) {
        try refuse(.positionEmbedding, "no name, because positions are linear biases")
      }
    case .learned:
      if !has(.positionEmbedding) {
        try refuse(.positionEmbedding, "a name, because positions are learned")
      }
      if layout.pairsNeighbours {
        throw JSONFieldError(
          field: "\(path).pairs_neighbours", expected: "false, because positions are learned",
          found: "true")
      }
    }
    if family.isParallel != .never {
      for role in [TensorRole.attentionStreamNorm, .feedForwardStreamNorm] where has(role) {
        try refuse(role, "no name, because attention and feed-forward network are parallel")
      }
    }
  }

  private func checkNames(
    _ layout: TensorLayout, _ refuse: (TensorRole, String) throws(JSONFieldError) -> Void
  ) throws(JSONFieldError) {
    var found: [String: TensorRole] = [:]
    for role in TensorRole.allCases {
      guard let name = layout.names[role] else { continue }
      if name.contains("{layer}") != role.isPerLayer {
        try refuse(role, role.isPerLayer ? "a name with {layer}" : "a name without {layer}")
      }
      if let bias = role.bias, mayHave(bias), !name.hasSuffix("weight") {
        try refuse(role, "a name that ends in weight, because it may have a bias")
      }
      if let other = found[name], !(role.isNorm && other.isNorm) {
        try refuse(role, "another name than \(other.snakeCase)")
      }
      found[name] = role
    }
  }

  /// Whether a model of the family may have a bias.
  private func mayHave(_ bias: TensorRole) -> Bool {
    switch bias {
    case .outputBias: family.outputBias
    case .queryBias, .keyBias, .valueBias, .queryKeyValueBias: family.attentionBias != .never
    case .attentionOutputBias: family.attentionOutputBias != .never
    case .gateBias, .upBias, .downBias: family.feedForwardBias != .never
    default: family.norm == .layer && family.normBiases
    }
  }
}
