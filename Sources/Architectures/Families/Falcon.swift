import JSON

import enum Kernels.Activation

extension Family {
  /// Falcon 7B (arXiv 2311.16867): one norm before parallel branches, and one key for all heads.
  ///
  /// The models of the series that have linear biases or serial branches (Falcon-RW) are refused.
  package static let falcon = falcon(
    name: "falcon", title: "Falcon 7B",
    requirements: ["multi_query": .only(.bool(true), not: "a key for every head (Falcon-RW)")],
    isNew: false, .falcon,
    .ggufFalcon)

  /// Falcon 40B and 180B: norms of their own before the parallel branches, and shared keys.
  package static let falcon40B = falcon(
    name: "falcon_40b", title: "Falcon 40B, 180B",
    requirements: ["num_ln_in_parallel_attn": .only(.int(2), not: "another number of norms")],
    isNew: true,
    .falcon.naming([
      .attentionNorm: "transformer.h.{layer}.ln_attn.weight",
      .feedForwardNorm: "transformer.h.{layer}.ln_mlp.weight",
    ]), .ggufFalcon.naming([.attentionNorm: "blk.{layer}.attn_norm_2.weight"]))

  /// Falcon 2 11B (arXiv 2407.14885): one norm before parallel branches, and shared keys.
  package static let falcon2 = falcon(
    name: "falcon2", title: "Falcon 2 11B",
    requirements: ["num_ln_in_parallel_attn": .only(.int(1), not: "another number of norms")],
    isNew: true, .falcon,
    .ggufFalcon)

  private static func falcon(
    name: String, title: String, requirements: [String: Requirement], isNew: Bool,
    _ layout: TensorLayout,
    _ gguf: TensorLayout
  ) -> Family {
    Family(
      name: name,
      title: title,
      modelTypes: ["falcon"],
      keys: FamilyKeys(
        intermediateSize: "ffn_hidden_size", keyValueHeads: "num_kv_heads", headDimension: nil,
        normEpsilon: "layer_norm_epsilon", activation: ["activation"]),
      aliases: ["n_embed": "hidden_size"],
      defaults: [
        "vocab_size": 65_024, "hidden_size": 4544, "num_hidden_layers": 32,
        "num_attention_heads": 71, "max_position_embeddings": 2048,
        "layer_norm_epsilon": .double(1e-5), "activation": "gelu", "alibi": .bool(false),
        "multi_query": .bool(true), "new_decoder_architecture": .bool(false),
        "parallel_attn": .bool(true),
      ],
      requirements: [
        "alibi": .only(.bool(false), not: "linear biases (Falcon-RW)"),
        "new_decoder_architecture": .only(.bool(isNew), not: "the other form of Falcon"),
        "parallel_attn": .only(.bool(true), not: "serial branches (Falcon-RW)"),
      ].merging(requirements) { $1 },
      gguf: GGUF(
        architecture: "falcon", activation: .gelu, told: [.keyValueHeads], isParallel: true,
        outputBiases: .absent),
      norm: .layer,
      gated: false,
      widthFactor: 4,
      isParallel: .always,
      sharesOneKey: !isNew,
      tiedOutput: .key("tie_word_embeddings", otherwise: true),
      attentionBias: .key("bias", otherwise: false),
      attentionOutputBias: .key("bias", otherwise: false),
      feedForwardBias: .key("bias", otherwise: false),
      layouts: [.transformers: layout, .gguf: gguf],
      modules: Modules(activation: "act"))
  }
}

extension TensorLayout {
  fileprivate static let falcon = TensorLayout(
    names: [
      .tokenEmbedding: "transformer.word_embeddings.weight",
      .outputNorm: "transformer.ln_f.weight",
      .output: "lm_head.weight",
      .attentionNorm: "transformer.h.{layer}.input_layernorm.weight",
      .queryKeyValue: "transformer.h.{layer}.self_attention.query_key_value.weight",
      .attentionOutput: "transformer.h.{layer}.self_attention.dense.weight",
      .feedForwardNorm: "transformer.h.{layer}.input_layernorm.weight",
      .up: "transformer.h.{layer}.mlp.dense_h_to_4h.weight",
      .down: "transformer.h.{layer}.mlp.dense_4h_to_h.weight",
    ],
    renamings: [[], [("transformer.", "")]],
    fusion: .heads)

  fileprivate static let ggufFalcon = TensorLayout(names: gguf).naming(ggufFused).naming([
    .feedForwardNorm: "blk.{layer}.attn_norm.weight"
  ])
}
