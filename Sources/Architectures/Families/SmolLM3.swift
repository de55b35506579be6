import JSON

import enum Kernels.Activation

extension Family {
  /// SmolLM3 (huggingface.co, 2025): LLaMA with every fourth layer without positions.
  package static let smollm3 = Family(
    name: "smollm3",
    title: "SmolLM3",
    modelTypes: ["smollm3"],
    keys: FamilyKeys(window: "sliding_window"),
    defaults: sizes(
      vocabulary: 128_256, hidden: 2048, intermediate: 11_008, layers: 36, heads: 16,
      context: 32_768, epsilon: 1e-6, activation: "silu"
    ).merging(["num_key_value_heads": 4]) { $1 },
    requirements: ["use_sliding_window": .only(.bool(false), not: "windows")],
    gguf: GGUF(
      architecture: "smollm3", activation: .silu,
      told: [.vocabularySize, .keyValueHeads, .rotaryBase, .rotaryDimension],
      outputBiases: .absent),
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    windowedLayers: .from(key: "max_window_layers", flag: "use_sliding_window"),
    rotaryBase: 2_000_000,
    unrotatedLayers: .listed(
      key: "no_rope_layers", interval: "no_rope_layer_interval", usual: 4),
    layouts: [.transformers: .llama, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
