import JSON

import enum Kernels.Activation

extension Family {
  /// Gemma (arXiv 2403.08295).
  package static let gemma = Family(
    name: "gemma",
    title: "Gemma",
    modelTypes: ["gemma"],
    defaults: sizes(
      vocabulary: 256_000, hidden: 3072, intermediate: 24_576, layers: 28, heads: 16, context: 8192,
      epsilon: 1e-6, activation: "gelu_pytorch_tanh"
    ).merging(["num_key_value_heads": 16, "head_dim": 256]) { $1 },
    requirements: [
      "use_bidirectional_attention": .only(.bool(false), not: "attention to later tokens")
    ],
    gguf: GGUF(
      architecture: "gemma", activation: .geluTanh,
      told: [.keyValueHeads, .keyLength, .valueLength], output: .absent, outputBiases: .absent),
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    scalesEmbedding: true,
    activations: gemmaActivations,
    layouts: [
      .transformers: .gemma,
      .gguf: TensorLayout(names: TensorLayout.gguf),
    ],
    modules: Modules(activation: "act_fn"))

  /// Gemma 2 (arXiv 2408.00118).
  package static let gemma2 = Family(
    name: "gemma2",
    title: "Gemma 2",
    modelTypes: ["gemma2"],
    keys: gemmaKeys,
    defaults: gemmaDefaults.merging([
      "attn_logit_softcapping": 50, "final_logit_softcapping": 30,
    ]) { $1 },
    requirements: [
      "use_bidirectional_attention": .only(.bool(false), not: "attention to later tokens")
    ],
    gguf: GGUF(
      architecture: "gemma2", activation: .geluTanh, layersScaledByWidth: [46],
      told: [.keyValueHeads, .keyLength, .valueLength, .window], windowPeriod: 2,
      assumesWindow: true,
      optional: [.window: 4096, .attentionSoftCap: 50, .outputSoftCap: 30], output: .absent,
      outputBiases: .absent),
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    windowedLayers: .allButEvery(2, key: nil),
    scalesEmbedding: true,
    layouts: [
      .transformers: .gemma.naming(TensorLayout.branchNorms),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufBranchNorms),
    ],
    modules: Modules(activation: "act_fn"))

  /// Gemma 3 (arXiv 2503.19786), text models only.
  package static let gemma3 = Family(
    name: "gemma3",
    title: "Gemma 3",
    modelTypes: ["gemma3_text"],
    keys: gemma3Keys,
    defaults: gemmaDefaults.merging([
      "vocab_size": 262_208, "max_position_embeddings": 131_072,
    ]) { $1 },
    requirements: [
      "use_bidirectional_attention": .only(.bool(false), not: "attention to later tokens")
    ],
    gguf: GGUF(
      architecture: "gemma3", activation: .geluTanh, layersScaledByWidth: [62],
      told: [
        .keyValueHeads, .keyLength, .valueLength, .window, .rotaryBase, .windowedRotaryBase,
      ], windowPeriod: 6, windowedRotation: .own, optional: [.window: nil, .outputSoftCap: nil],
      outputBiases: .absent),
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    windowedLayers: .allButEvery(6, key: "sliding_window_pattern"),
    rotaryBase: 1_000_000,
    windowedRotaryBase: WindowedBase(key: "rope_local_base_freq", usual: 10_000),
    scalesEmbedding: true,
    layouts: [
      .transformers: .gemma.naming(TensorLayout.branchNorms).naming(TensorLayout.headNorms),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufBranchNorms)
        .naming(TensorLayout.ggufHeadNorms),
    ],
    modules: Modules(activation: "act_fn"))

  /// The first releases say `gelu` but mean its tanh approximation.
  private static let gemmaActivations = usualActivations.merging(["gelu": .geluTanh]) { $1 }

  /// Keys of Gemma 2, and of Gemma 3 but for the soft cap of attention scores.
  private static let gemmaKeys = FamilyKeys(
    activation: ["hidden_activation"], attentionScalar: "query_pre_attn_scalar",
    attentionSoftCap: "attn_logit_softcapping", outputSoftCap: "final_logit_softcapping",
    window: "sliding_window")

  private static let gemma3Keys = {
    var keys = gemmaKeys
    keys.attentionSoftCap = nil
    return keys
  }()

  private static let gemmaDefaults = sizes(
    vocabulary: 256_000, hidden: 2304, intermediate: 9216, layers: 26, heads: 8, context: 8192,
    epsilon: 1e-6, activation: "gelu_pytorch_tanh"
  ).merging([
    "num_key_value_heads": 4, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
    "query_pre_attn_scalar": 256, "sliding_window": 4096,
  ]) { $1 }
}

extension TensorLayout {
  /// LLaMA names; norm weights are stored minus 1.
  fileprivate static let gemma = TensorLayout.llama.offsettingNorms(by: 1)

  fileprivate static let branchNorms: [TensorRole: String?] = [
    .attentionOutputNorm: "model.layers.{layer}.post_attention_layernorm.weight",
    .feedForwardNorm: "model.layers.{layer}.pre_feedforward_layernorm.weight",
    .feedForwardOutputNorm: "model.layers.{layer}.post_feedforward_layernorm.weight",
  ]

  static let ggufBranchNorms: [TensorRole: String?] = [
    .attentionOutputNorm: "blk.{layer}.post_attention_norm.weight",
    .feedForwardOutputNorm: "blk.{layer}.post_ffw_norm.weight",
  ]
}
