import JSON

import enum Kernels.Activation

extension Family {
  /// BLOOM (arXiv 2211.05100): linear biases for positions, and a norm after the embedding.
  package static let bloom = Family(
    name: "bloom",
    title: "BLOOM",
    modelTypes: ["bloom"],
    keys: FamilyKeys(
      layers: "n_layer", intermediateSize: nil, heads: "n_head", keyValueHeads: nil,
      headDimension: nil, contextLength: "seq_length", normEpsilon: "layer_norm_epsilon",
      activation: []),
    aliases: [
      "n_embed": "hidden_size", "num_attention_heads": "n_head", "num_hidden_layers": "n_layer",
    ],
    defaults: [
      "vocab_size": 250_880, "hidden_size": 64, "n_layer": 2, "n_head": 8, "seq_length": 2048,
      "layer_norm_epsilon": .double(1e-5),
    ],
    requirements: [
      "apply_residual_connection_post_layernorm": .only(
        .bool(false), not: "a residual stream of norms"),
      "slow_but_exact": .only(.bool(false), not: "sums of slices"),
    ],
    gguf: GGUF(
      architecture: "bloom", activation: .geluTanh, told: [.keyValueHeads],
      outputBiases: .required),
    norm: .layer,
    positions: .linearBiases,
    gated: false,
    widthFactor: 4,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .always,
    attentionOutputBias: .always,
    feedForwardBias: .always,
    activation: .geluTanh,
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "transformer.word_embeddings.weight",
          .embeddingNorm: "transformer.word_embeddings_layernorm.weight",
          .outputNorm: "transformer.ln_f.weight",
          .output: "lm_head.weight",
          .attentionNorm: "transformer.h.{layer}.input_layernorm.weight",
          .queryKeyValue: "transformer.h.{layer}.self_attention.query_key_value.weight",
          .attentionOutput: "transformer.h.{layer}.self_attention.dense.weight",
          .feedForwardNorm: "transformer.h.{layer}.post_attention_layernorm.weight",
          .up: "transformer.h.{layer}.mlp.dense_h_to_4h.weight",
          .down: "transformer.h.{layer}.mlp.dense_4h_to_h.weight",
        ],
        renamings: [[], [("transformer.", "")]],
        fusion: .heads),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufFused).naming([
        .embeddingNorm: "token_embd_norm.weight"
      ]),
    ],
    modules: Modules(activation: "gelu_impl", dropout: "hidden_dropout", addsStream: true))
}
