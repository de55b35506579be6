import JSON

import enum Kernels.Activation

extension Family {
  /// OPT (arXiv 2205.01068): ReLU, and learned positions.
  ///
  /// llama.cpp does not support it.
  package static let opt = Family(
    name: "opt",
    title: "OPT",
    modelTypes: ["opt"],
    keys: FamilyKeys(
      embeddingSize: "word_embed_proj_dim", intermediateSize: "ffn_dim", keyValueHeads: nil,
      headDimension: nil, normEpsilon: nil,
      activation: ["activation_function"]),
    defaults: [
      "vocab_size": 50_272, "hidden_size": 768, "ffn_dim": 3072, "num_hidden_layers": 12,
      "num_attention_heads": 12, "max_position_embeddings": 2048, "activation_function": "relu",
    ],
    requirements: [
      // Only opt-350m has other values.
      "do_layer_norm_before": .only(.bool(true), not: "norms after both networks (OPT-350M)"),
      "_remove_final_layer_norm": .only(.bool(false), not: "no final norm"),
      "layer_norm_elementwise_affine": .only(.bool(true), not: "norms without weights"),
    ],
    norm: .layer,
    positions: .learned(first: 2),
    gated: false,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("enable_bias", otherwise: true),
    attentionOutputBias: .key("enable_bias", otherwise: true),
    feedForwardBias: .key("enable_bias", otherwise: true),
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "model.decoder.embed_tokens.weight",
          .positionEmbedding: "model.decoder.embed_positions.weight",
          .outputNorm: "model.decoder.final_layer_norm.weight",
          .output: "lm_head.weight",
          .attentionNorm: "model.decoder.layers.{layer}.self_attn_layer_norm.weight",
          .query: "model.decoder.layers.{layer}.self_attn.q_proj.weight",
          .key: "model.decoder.layers.{layer}.self_attn.k_proj.weight",
          .value: "model.decoder.layers.{layer}.self_attn.v_proj.weight",
          .attentionOutput: "model.decoder.layers.{layer}.self_attn.out_proj.weight",
          .feedForwardNorm: "model.decoder.layers.{layer}.final_layer_norm.weight",
          .up: "model.decoder.layers.{layer}.fc1.weight",
          .down: "model.decoder.layers.{layer}.fc2.weight",
        ],
        renamings: [
          [], [("model.decoder.", "decoder.")], [("model.decoder.embed_tokens.", "lm_head.")],
        ])
    ],
    modules: Modules(activation: "activation_fn"))
}
