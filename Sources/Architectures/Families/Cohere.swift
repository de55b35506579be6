import JSON

import enum Kernels.Activation

extension Family {
  /// Command R (cohere.com, 2024): one norm before attention and the feed-forward network, which are
  /// parallel; a factor of logits.
  package static let cohere = Family(
    name: "cohere",
    title: "Command R",
    modelTypes: ["cohere"],
    keys: FamilyKeys(
      headDimension: nil, normEpsilon: "layer_norm_eps", outputFactor: "logit_scale"),
    defaults: cohereDefaults.merging(["num_key_value_heads": 64]) { $1 },
    // Command R+ has norms of its own for each head.
    requirements: ["use_qk_norm": .only(.bool(false), not: "norms of each head (Command R+)")],
    gguf: GGUF(
      architecture: "command-r", activation: .silu,
      told: [.keyValueHeads, .rotaryBase, .outputScale], optional: [.outputScale: nil],
      isParallel: true, output: .absent, outputBiases: .absent),
    norm: .layer,
    normBiases: false,
    isParallel: .always,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    rotaryBase: 500_000,
    layouts: [.transformers: .cohere, .gguf: .ggufCohere],
    modules: Modules(activation: "act_fn"))

  /// Command R7B (arXiv 2504.00698): windows in three of four layers, and no positions in the others.
  package static let cohere2 = Family(
    name: "cohere2",
    title: "Command R7B",
    modelTypes: ["cohere2"],
    keys: FamilyKeys(
      normEpsilon: "layer_norm_eps", outputFactor: "logit_scale", window: "sliding_window"),
    defaults: cohereDefaults.merging([
      "num_key_value_heads": 64, "sliding_window": 4096,
    ]) { $1 },
    gguf: GGUF(
      architecture: "cohere2", activation: .silu,
      told: [
        .vocabularySize, .keyValueHeads, .keyLength, .valueLength, .window, .windowPattern,
        .rotaryBase, .outputScale,
      ], windowPeriod: 4, assumesWindow: true,
      optional: [.window: nil, .outputScale: nil], isParallel: true, output: .absent,
      outputBiases: .absent),
    norm: .layer,
    normBiases: false,
    isParallel: .always,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    windowedLayers: .allButEvery(4, key: "sliding_window_pattern"),
    unrotatedLayers: .unwindowed,
    layouts: [.transformers: .cohere, .gguf: .ggufCohere],
    modules: Modules(activation: "act_fn"))

  private static let cohereDefaults = sizes(
    vocabulary: 256_000, hidden: 8192, intermediate: 22_528, layers: 40, heads: 64, context: 8192,
    epsilon: 1e-5, epsilonKey: "layer_norm_eps", activation: "silu"
  ).merging(["logit_scale": .double(0.0625)]) { $1 }
}

extension TensorLayout {
  fileprivate static let cohere = TensorLayout.llama.pairingNeighbours.naming([
    .feedForwardNorm: "model.layers.{layer}.input_layernorm.weight"
  ])

  fileprivate static let ggufCohere = TensorLayout.ggufLlama.naming([
    .feedForwardNorm: "blk.{layer}.attn_norm.weight"
  ])
}
