import JSON

import enum Kernels.Activation

extension Family {
  /// MPT (databricks.com, 2023): linear biases for positions, and no others.
  package static let mpt = Family(
    name: "mpt",
    title: "MPT",
    modelTypes: ["mpt"],
    keys: FamilyKeys(
      layers: "n_layers", hiddenSize: "d_model", intermediateSize: nil, heads: "n_heads",
      keyValueHeads: nil, headDimension: nil, contextLength: "max_seq_len",
      normEpsilon: "layer_norm_epsilon", activation: [], attentionFactor: "softmax_scale",
      projectionLimit: "clip_qkv"),
    aliases: [
      "hidden_size": "d_model", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers",
    ],
    keyGroup: "attn_config",
    defaults: [
      "vocab_size": 50_368, "d_model": 2048, "n_layers": 24, "n_heads": 16, "max_seq_len": 2048,
      "layer_norm_epsilon": .double(1e-5),
    ],
    // Transformers runs models with other values as if they had these.
    requirements: [
      "alibi": .only(.bool(true), not: "no positions"),
      "alibi_bias_max": .only(.int(8), not: "other slopes"),
      "expansion_ratio": .only(.int(4), not: "other widths"),
      "no_bias": .only(.bool(true), not: "biases"),
      "prefix_lm": .only(.bool(false), not: "attention to later tokens"),
      "qk_ln": .only(.bool(false), not: "norms of queries and keys"),
    ],
    gguf: GGUF(
      architecture: "mpt", activation: .gelu,
      told: [.biasExponent], optional: [.projectionLimit: nil, .biasExponent: nil]),
    norm: .layer,
    normBiases: false,
    positions: .linearBiases,
    gated: false,
    widthFactor: 4,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    activation: .gelu,
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "transformer.wte.weight",
          .outputNorm: "transformer.norm_f.weight",
          .output: "lm_head.weight",
          .attentionNorm: "transformer.blocks.{layer}.norm_1.weight",
          .queryKeyValue: "transformer.blocks.{layer}.attn.Wqkv.weight",
          .attentionOutput: "transformer.blocks.{layer}.attn.out_proj.weight",
          .feedForwardNorm: "transformer.blocks.{layer}.norm_2.weight",
          .up: "transformer.blocks.{layer}.ffn.up_proj.weight",
          .down: "transformer.blocks.{layer}.ffn.down_proj.weight",
        ]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufFused),
    ],
    modules: Modules(activation: "act", dropout: "hidden_dropout", addsStream: true))
}
