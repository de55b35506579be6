import enum Kernels.Activation

extension ModelConfiguration {
  /// Property of the model that no file of the architecture can express, in words; nil if
  /// everything that affects all tokens can be expressed.
  package func inexpressible(in gguf: Family.GGUF, _ family: Family) -> String? {
    let name = "the architecture \(gguf.architecture)"
    guard activation.isLike(gguf.activation) else {
      return "\(name) with the activation \(activation.rawValue)"
    }
    if let what = unexpectedTensors(in: gguf) { return "\(name) \(what)" }
    let scale = gguf.attentionScale(
      layers: layers, hiddenSize: hiddenSize, heads: heads, headDimension: headDimension)
    guard abs(attentionScale / scale - 1) < 1e-6 else {
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
    guard !isToldWindows(gguf, family) || spans == impliedSpans(family) else {
      return "\(name) with attention windows in other layers than usual"
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
    if case .allButEvery = family.windowedLayers { gguf.told.contains(.window) } else { false }
  }

  private func impliedSpans(_ family: Family) -> [Int?] {
    family.windowedLayers.spans(spans.compactMap(\.self).max(), layers: layers)
  }
}

extension Family.WindowedLayers {
  /// Spans implied by the architecture alone, as in llama.cpp.
  fileprivate func spans(_ window: Int?, layers: Int) -> [Int?] {
    switch self {
    case .all: [Int?](repeating: window, count: layers)
    case .from: [Int?](repeating: nil, count: layers)
    case .allButEvery(let step, _): (0..<layers).map { ($0 + 1) % step == 0 ? nil : window }
    }
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
