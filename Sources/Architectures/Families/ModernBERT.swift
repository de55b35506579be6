import JSON

import enum Kernels.Activation

extension Family {
  /// ModernBERT (arXiv 2412.13663): an encoder with rotation, a gate, and windows around each token
  /// in two of three layers.
  package static let modernBERT = Family(
    name: "modernbert",
    title: "ModernBERT",
    modelTypes: ["modernbert"],
    keys: FamilyKeys(
      keyValueHeads: nil, headDimension: nil, normEpsilon: "norm_eps",
      activation: ["hidden_activation"], rotaryBase: "global_rope_theta",
      window: "local_attention"),
    defaults: sizes(
      vocabulary: 50_368, hidden: 768, intermediate: 1152, layers: 22, heads: 12, context: 8192,
      epsilon: 1e-5, epsilonKey: "norm_eps", activation: "gelu"
    ).merging(["hidden_activation": "gelu", "local_attention": 128]) { $1 },
    requirements: ["norm_bias": .only(.bool(false), not: "biases of norms")],
    gguf: GGUF(
      architecture: "modern-bert", activation: .gelu,
      activationNames: [.gelu: "gelu", .silu: "silu", .relu: "relu"],
      told: [
        .vocabularySize, .window, .windowPattern, .rotaryBase, .windowedRotaryBase, .scaling,
        .activation,
      ], windowPeriod: 3, optional: [.window: nil, .activation: nil],
      outputBiases: .absent),
    norm: .layer,
    normBiases: false,
    absentInFirst: [.attentionNorm],
    isEncoder: true,
    tiedOutput: .never,
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    windowedLayers: .allButFirstOf(3, key: "global_attn_every_n_layers"),
    windowsAreCentred: true,
    rotaryBase: 160_000,
    windowedRotaryBase: WindowedBase(key: "local_rope_theta", usual: 10_000),
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "model.embeddings.tok_embeddings.weight",
          .embeddingNorm: "model.embeddings.norm.weight",
          .outputNorm: "model.final_norm.weight",
          .attentionNorm: "model.layers.{layer}.attn_norm.weight",
          .queryKeyValue: "model.layers.{layer}.attn.Wqkv.weight",
          .attentionOutput: "model.layers.{layer}.attn.Wo.weight",
          .feedForwardNorm: "model.layers.{layer}.mlp_norm.weight",
          .gateUp: "model.layers.{layer}.mlp.Wi.weight",
          .down: "model.layers.{layer}.mlp.Wo.weight",
        ],
        renamings: [[], [("model.", "")]]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufFused).naming([
        .output: nil, .up: nil, .gateUp: "blk.{layer}.ffn_up.weight",
        .embeddingNorm: "token_embd_norm.weight",
      ]),
    ],
    modules: nil)
}
