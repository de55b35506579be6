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
    if let widths = try Self.widths(keys, gguf, layers: layers, in: sizes) {
      neurons = NeuronCounts(widths)
    } else {
      neurons = NeuronCounts(
        try keys.required("feed_forward_length", in: sizes), layers: layers)
    }
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
      throw .unsupported(
        path: keys.path,
        what: "\(keys.architecture).attention.value_length is \(found), but the heads have "
          + "\(headDimension) dimensions",
        advice: "only models with values as long as keys are supported")
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
    guard let epsilon = try keys.double(epsilonKey) else {
      throw .gguf(.missingKey(path: keys.path, key: "\(keys.architecture).\(epsilonKey)"))
    }
    normEpsilon = epsilon
    guard normEpsilon >= 0 else {
      throw refusal(epsilonKey, expected: "a number of at least 0", found: "\(normEpsilon)")
    }
    activation = try Self.activation(keys, gguf)
    learnedActivation =
      activation == .xielu ? try LearnedActivation(keys, layers: layers) : nil
    hasHead = !family.isEncoder || family.tiedOutput != .never
    tiedOutput = hasHead && tensor(.output) == nil
    guard tiedOutput || gguf.output != .absent else {
      throw .unsupported(
        path: keys.path,
        what: "the architecture \(keys.architecture) has no tensor "
          + "\(family.tensorName(.output, layer: nil, .gguf) ?? "output")",
        advice: "its output projection is the embedding")
    }
    biases = Set(
      TensorRole.allCases.filter { role in
        guard let biased = role.biased, tensor(role) != nil else { return false }
        // Not claimed, and so refused by name.
        if role == .outputBias, !family.outputBias { return false }
        if gguf.outputBiases == .absent, TensorRole.biasedOutputs.contains(role) { return false }
        return family.norm == .layer && family.normBiases || !biased.isNorm
      })
    bareNorms = family.bareNorms
    spans = try GGUFWindowKeys(keys, gguf, family).spans(layers: layers)
    unrotated = family.unrotatedLayers.implied(by: spans)
    if case .rotary = family.positions {
      let rotation = GGUFRotaryKeys(
        keys, source, headDimension: headDimension, contextLength: contextLength)
      let positions = try rotation.read()
      rotary = positions
      let windowed = try rotation.windowed(gguf, family, positions)
      windowedRotary = windowed == positions ? nil : windowed
    } else {
      rotary = nil
      windowedRotary = nil
    }
    if case .linearBiases = family.positions {
      biasExponent = gguf.optional[.biasExponent] == nil ? 8 : try keys.own(.biasExponent, gguf)
    } else {
      biasExponent = nil
    }
    let usualScale = gguf.attentionScale(
      layers: layers, hiddenSize: hiddenSize, heads: heads, headDimension: headDimension)
    attentionScale = try keys.own(.attentionScale, gguf) ?? usualScale
    projectionLimit = try keys.own(.projectionLimit, gguf)
    let ownScale = family.scalesEmbedding ? Double(hiddenSize).squareRoot() : 1
    embeddingScale = try keys.own(.embeddingScale, gguf) ?? ownScale
    residualScale = try keys.own(.residualScale, gguf) ?? 1
    let factor = try keys.own(.outputScale, gguf) ?? 1
    outputScale = gguf.dividesOutput ? 1 / factor : factor
    attentionSoftCap = try keys.own(.attentionSoftCap, gguf)
    outputSoftCap = try keys.own(.outputSoftCap, gguf)
    isCausal = try keys.bool("attention.causal") ?? !family.isEncoder
    tokenTypes = tensor(.tokenTypeEmbedding)?.shape.first ?? 0
    isParallel =
      if case .key(let name, let otherwise) = family.isParallel {
        try keys.bool(name) ?? otherwise
      } else { gguf.isParallel }
    try GGUFOtherKeys(keys, gguf, self).check()
  }

  /// Width of each layer in the architecture for different ones; nil if one number stands for all.
  private static func widths(
    _ keys: ConfigurationKeys, _ gguf: Family.GGUF, layers: Int, in range: ClosedRange<Int>
  ) throws(ArchitectureError) -> [Int]? {
    let key = GGUFModelKey.intermediateSize.rawValue
    guard keys.architecture == gguf.mixed, let widths = try keys.numbers(key) else { return nil }
    guard widths.count == layers, widths.allSatisfy(range.contains) else {
      throw .metadata(
        path: keys.path, key: "\(keys.architecture).\(key)",
        expected: "\(layers) numbers, \(range.lowerBound) to \(range.upperBound)",
        found: "\(widths.prefix(8))")
    }
    return widths
  }

  /// Activation that a key states, in architectures with such a key, or the architecture's.
  private static func activation(
    _ keys: ConfigurationKeys, _ gguf: Family.GGUF
  ) throws(ArchitectureError) -> Activation {
    let key = GGUFModelKey.activation.rawValue
    guard !gguf.activationNames.isEmpty, let name = try keys.string(key) else {
      return gguf.activation
    }
    guard let stated = gguf.activationNames.first(where: { $0.value == name })?.key else {
      throw .metadata(
        path: keys.path, key: "\(keys.architecture).\(key)",
        expected: gguf.activationNames.values.sorted().joined(separator: " or "), found: name)
    }
    return stated
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
