import GGUF
package import Tensors

import enum Kernels.Activation

extension ModelConfiguration {
  /// Reads the keys of a GGUF file; values without a key follow from its tensors.
  ///
  /// - Parameters:
  ///   - keys: keys of the file.
  ///   - gguf: properties that the architecture implies.
  ///   - family: family of the model.
  ///   - tensors: tensors of the dense model.
  ///   - source: source of the tensors that are stored whole.
  /// - Throws: an error for missing or invalid keys, and for a mixture of experts.
  package init(
    _ keys: ConfigurationKeys, _ gguf: Family.GGUF, _ family: Family,
    tensors: some TensorList, source: any TensorSource
  ) throws(ArchitectureError) {
    try Self.refuseMixture(keys)
    func tensor(_ role: TensorRole) -> TensorDescription? {
      family.tensorName(role, layer: 0, .gguf).flatMap { tensors.tensor(TensorName($0)) }
    }
    func refusal(_ key: String, expected: String, found: String) -> ArchitectureError {
      .metadata(
        path: keys.path, key: "\(keys.architecture).\(key)", expected: expected, found: found)
    }
    let sizes = 1...1 << 24
    layers = try keys.required("block_count", in: 1...1 << 16)
    hiddenSize = try keys.required("embedding_length", in: sizes)
    intermediateSize = try keys.required("feed_forward_length", in: sizes)
    heads = try keys.required("attention.head_count", in: 1...hiddenSize)
    keyValueHeads = try keys.optional("attention.head_count_kv", in: 1...heads) ?? heads
    guard heads % keyValueHeads == 0 else {
      throw refusal(
        "attention.head_count_kv", expected: "a divisor of \(heads) heads",
        found: "\(keyValueHeads)")
    }
    headDimension =
      try keys.optional("attention.key_length", in: 2...1 << 16) ?? hiddenSize / heads
    if let found = try keys.optional("attention.value_length", in: sizes), found != headDimension {
      throw refusal(
        "attention.value_length", expected: "\(headDimension), as the heads have",
        found: "\(found)")
    }
    guard headDimension > 1, headDimension % 2 == 0 else {
      throw refusal(
        "attention.head_count", expected: "heads of an even number of dimensions",
        found: "\(heads)")
    }
    guard let embedding = tensor(.tokenEmbedding), let rows = embedding.shape.first else {
      throw .missingTensor(
        path: keys.path, name: family.tensorName(.tokenEmbedding, layer: nil, .gguf) ?? "")
    }
    vocabularySize = rows
    contextLength = try keys.required("context_length", in: 2...1 << 32)
    let epsilonKey =
      family.norm == .layer ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"
    normEpsilon = try keys.double(epsilonKey) ?? 1e-5
    guard normEpsilon >= 0 else {
      throw refusal(epsilonKey, expected: "a number of at least 0", found: "\(normEpsilon)")
    }
    activation = gguf.activation
    tiedOutput = tensor(.output) == nil
    biases = Set(TensorRole.allCases.filter { $0.biased != nil && tensor($0) != nil })
    if case .rotary = family.positions {
      let positions = try GGUFRotaryKeys(keys, source, headDimension: headDimension).read(
        contextLength: contextLength)
      let windowedBase = try keys.positive("rope.freq_base_swa")
      rotary = positions
      // Default of llama.cpp for files without the key, such as older ones.
      windowedRotary = family.windowedRotaryBase.map { _ in
        RotaryPositions(base: windowedBase ?? 10_000, dimension: positions.dimension)
      }
    } else {
      rotary = nil
      windowedRotary = nil
    }
    let window = try keys.optional("attention.sliding_window", in: 0...1 << 32) ?? 0
    spans = family.windowedLayers.spans(window == 0 ? nil : window, layers: layers)
    attentionScale = gguf.attentionScale(
      layers: layers, hiddenSize: hiddenSize, heads: heads, headDimension: headDimension)
    attentionSoftCap = try keys.positive("attn_logit_softcapping")
    outputSoftCap = try keys.positive("final_logit_softcapping")
    tokenTypes = tensor(.tokenTypeEmbedding)?.shape.first ?? 0
    isParallel =
      if case .key(let name, let otherwise) = family.isParallel {
        try keys.bool(name) ?? otherwise
      } else { false }
  }

  private static func refuseMixture(
    _ keys: ConfigurationKeys
  ) throws(ArchitectureError) {
    if let experts = try keys.optional("expert_count", in: 0...1 << 24), experts > 0 {
      throw .unsupported(
        path: keys.path, what: "it is a mixture of \(experts) experts already",
        advice: "only dense models can be run and partitioned")
    }
  }
}

extension Family.WindowedLayers {
  /// Spans implied by the architecture alone, as in llama.cpp.
  func spans(_ window: Int?, layers: Int) -> [Int?] {
    switch self {
    case .all: [Int?](repeating: window, count: layers)
    case .from: [Int?](repeating: nil, count: layers)
    case .allButEvery(let step, _): (0..<layers).map { ($0 + 1) % step == 0 ? nil : window }
    }
  }
}
