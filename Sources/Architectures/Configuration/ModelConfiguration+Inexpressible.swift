import enum Kernels.Activation

extension ModelConfiguration {
  /// Property of the model that no file of the architecture can express, in words; nil if
  /// everything that affects all tokens can be expressed.
  package func inexpressible(in gguf: Family.GGUF, _ family: Family) -> String? {
    let name = "the architecture \(gguf.architecture)"
    guard activation.isLike(gguf.activation) || gguf.activationNames[activation] != nil else {
      return "\(name) with the activation \(activation.rawValue)"
    }
    if let what = unexpectedTensors(in: gguf) { return "\(name) \(what)" }
    if let what = unexpectedFeatures(family, gguf) { return "\(name) \(what)" }
    let isScaled = gguf.optional[.attentionScale] != nil
    let scale = gguf.attentionScale(
      layers: layers, hiddenSize: hiddenSize, heads: heads, headDimension: headDimension)
    guard isScaled || abs(attentionScale / scale - 1) < 1e-6 else {
      let root = (1e6 / (attentionScale * attentionScale)).rounded() / 1e6
      return "\(name) with attention scores divided by the root of \(root) "
        + "(\(family.keys.attentionScalar ?? family.keys.headDimension ?? family.keys.heads))"
    }
    if let rotary {
      guard rotary.dimension == headDimension || gguf.rotatesParts else {
        return "\(name) with rotation of \(rotary.dimension) of \(headDimension) dimensions"
      }
      switch (rotary.scaling, gguf.divisors) {
      case (.none, _), (.linear, _), (.llama3, .single), (.long, .byLength): break
      // Readers take the usual speeds for any others.
      case (.yarn(_, fast: 32, slow: 1, _, _, truncates: true), _): break
      default: return "\(name) with this scaling of positions"
      }
    }
    if case .some(let windowed) = windowedRotary, windowed.scaling != .none {
      return "\(name) with scaled positions in layers with windows"
    }
    if case .unscaled = gguf.windowedRotation, let windowed = windowedRotary,
      windowed.base != rotary?.base
    {
      return "\(name) with another rotation in layers with windows"
    }
    let isTold = isToldWindows(gguf, family)
    guard !isTold || gguf.told.contains(.windowPattern) || spans == impliedSpans(family) else {
      return "\(name) with attention windows in other layers than usual"
    }
    if isTold, case .allButFirstOf = family.windowedLayers,
      spans.map({ $0 != nil }) != spans.indices.map({ $0 % windowPeriod != 0 })
    {
      return "\(name) with attention windows in other layers than every \(windowPeriod)th"
    }
    guard !gguf.assumesWindow || spans.contains(where: { $0 != nil }) else {
      return "\(name) without attention windows"
    }
    guard gguf.windowedCounts?.contains(layers) != true || spans.contains(where: { $0 != nil })
    else { return "\(name) of \(layers) layers without attention windows" }
    let seen = isTold ? spans : [Int?](repeating: nil, count: layers)
    guard unrotated == Self.usual(gguf, family).unrotatedLayers.implied(by: seen) else {
      return "\(name) with rotation in other layers than usual"
    }
    return nil
  }

  /// Family whose options readers of the architecture assume.
  ///
  /// Options of a description may contradict the architecture of the family that it resembles.
  private static func usual(_ gguf: Family.GGUF, _ family: Family) -> Family {
    Family.known.first { $0.gguf?.architecture == gguf.architecture } ?? family
  }

  /// Features of a model that readers of the architecture lack, or that they add, in words; nil if
  /// none.
  private func unexpectedFeatures(_ family: Family, _ gguf: Family.GGUF) -> String? {
    let usual = Self.usual(gguf, family)
    let read = usual.gguf?.optional ?? gguf.optional
    for (key, value, word) in [
      (GGUFModelKey.attentionSoftCap, attentionSoftCap, "attention scores"),
      (.outputSoftCap, outputSoftCap, "logits"),
    ] {
      if value != nil, read[key] == nil { return "with a soft cap of \(word)" }
      if value == nil, let assumed = read[key], assumed != nil {
        return "without a soft cap of \(word), which it assumes"
      }
    }
    for (key, value, word) in [
      (GGUFModelKey.residualScale, residualScale, "branches"),
      (.outputScale, outputScale, "logits"),
      (.embeddingScale, family.scalesEmbedding ? 1 : embeddingScale, "embeddings"),
    ] where value != 1 && read[key] == nil {
      return "with a factor of \(word)"
    }
    if projectionLimit != nil, read[.projectionLimit] == nil {
      return "with a limit of queries, keys and values"
    }
    if family.scalesEmbedding != usual.scalesEmbedding {
      return family.scalesEmbedding ? "with scaled embeddings" : "without scaled embeddings"
    }
    if isParallel, usual.isParallel == .never {
      return "with attention and the feed-forward network in parallel"
    }
    if family.normsFollowRotation != usual.normsFollowRotation {
      let order = family.normsFollowRotation ? "after" : "before"
      return "with the norms of queries and keys \(order) the rotation"
    }
    if family.normsWholeHeads != usual.normsWholeHeads {
      return "with norms of \(family.normsWholeHeads ? "all heads together" : "each head")"
    }
    if family.outputBias != usual.outputBias { return "with a bias of the output projection" }
    if family.norm != usual.norm || family.normBiases != usual.normBiases
      || family.gated != usual.gated || isCausal == usual.isEncoder
    {
      return "with another norm, gate or attention than it has"
    }
    return nil
  }

  /// Tensors that are there or missing, unlike in files of the architecture, in words; nil if none.
  private func unexpectedTensors(in gguf: Family.GGUF) -> String? {
    switch (gguf.output, tiedOutput) {
    case (.absent, false): return "with an output projection besides the embedding"
    case (.required, true): return "with the embedding as output projection"
    default: break
    }
    let outputs = TensorRole.biasedOutputs
    switch gguf.outputBiases {
    case .absent where !biases.isDisjoint(with: outputs):
      return "with biases of the attention output or the feed-forward network"
    case .required where !biases.isSuperset(of: outputs.subtracting([.gateBias])):
      return "without biases of the attention output or the feed-forward network"
    default: return nil
    }
  }

  /// Largest window that readers of the architecture ignore; nil if there is none.
  package func forgottenWindow(in gguf: Family.GGUF, _ family: Family) -> Int? {
    isToldWindows(gguf, family) ? nil : spans.compactMap(\.self).max()
  }

  /// Whether readers of the architecture apply windows: only if they differ between layers.
  private func isToldWindows(_ gguf: Family.GGUF, _ family: Family) -> Bool {
    switch family.windowedLayers {
    case .allButEvery, .allButFirstOf: break
    case .all, .from, .listed, .local: return false
    }
    return gguf.told.contains(.window) && gguf.windowedCounts?.contains(layers) ?? true
  }

  /// Distance of the first two layers without a window.
  var windowPeriod: Int { spans.dropFirst().firstIndex { $0 == nil } ?? layers }

  private func impliedSpans(_ family: Family) -> [Int?] {
    family.windowedLayers.spans(spans.compactMap(\.self).max(), layers: layers)
  }
}

extension Family.WindowedLayers {
  /// Spans implied by the architecture alone, as in llama.cpp.
  fileprivate func spans(_ window: Int?, layers: Int) -> [Int?] {
    switch self {
    case .all, .listed: [Int?](repeating: window, count: layers)
    case .from, .local: [Int?](repeating: nil, count: layers)
    case .allButFirstOf(let step, _): (0..<layers).map { $0 % step == 0 ? nil : window }
    case .allButEvery(let step, _): (0..<layers).map { ($0 + 1) % step == 0 ? nil : window }
    }
  }
}

extension Family.UnrotatedLayers {
  /// Layers without rotation as llama.cpp has them, from the spans that it has.
  func implied(by spans: [Int?]) -> Set<Int> {
    let layers: [Int] =
      switch self {
      case .none: []
      case .listed(_, _, let usual): spans.indices.filter { ($0 + 1) % usual == 0 }
      case .unwindowed:
        spans.allSatisfy { $0 == nil } ? [] : spans.indices.filter { spans[$0] == nil }
      }
    return Set(layers)
  }
}

extension TensorRole {
  /// Biases of the attention output and of the feed-forward network.
  static let biasedOutputs: Set = [
    TensorRole.attentionOutputBias, .gateBias, .upBias, .downBias,
  ]
}

extension Activation {
  /// Whether both are the same up to approximation: llama.cpp has a single form of GELU.
  fileprivate func isLike(_ other: Activation) -> Bool {
    let forms: Set<Activation> = [.gelu, .geluTanh]
    return self == other || forms.isSuperset(of: [self, other])
  }
}
