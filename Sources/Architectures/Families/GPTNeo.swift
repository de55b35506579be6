import JSON

import enum Kernels.Activation

extension Family {
  /// GPT-Neo (github.com/EleutherAI/gpt-neo, 2021): windows in every second layer, and unscaled
  /// attention scores.
  ///
  /// llama.cpp does not support it.
  package static let gptNeo = Family(
    name: "gpt_neo",
    title: "GPT-Neo",
    modelTypes: ["gpt_neo"],
    keys: FamilyKeys(
      layers: "num_layers", heads: "num_heads", keyValueHeads: nil, headDimension: nil,
      normEpsilon: "layer_norm_epsilon", activation: ["activation_function"],
      causal: nil,
      window: "window_size"),
    aliases: ["num_attention_heads": "num_heads", "num_hidden_layers": "num_layers"],
    defaults: [
      "vocab_size": 50_257, "hidden_size": 2048, "num_layers": 24, "num_heads": 16,
      "max_position_embeddings": 2048, "layer_norm_epsilon": .double(1e-5),
      "activation_function": "gelu_new", "window_size": 256,
      "attention_types": .array([.array([.array(["global", "local"]), .int(12)])]),
    ],
    norm: .layer,
    positions: .learned(first: 0),
    gated: false,
    widthFactor: 4,
    attentionScale: 1,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionOutputBias: .always,
    feedForwardBias: .always,
    windowedLayers: .local(kinds: "attention_layers", patterns: "attention_types"),
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "transformer.wte.weight",
          .positionEmbedding: "transformer.wpe.weight",
          .outputNorm: "transformer.ln_f.weight",
          .output: "lm_head.weight",
          .attentionNorm: "transformer.h.{layer}.ln_1.weight",
          .query: "transformer.h.{layer}.attn.attention.q_proj.weight",
          .key: "transformer.h.{layer}.attn.attention.k_proj.weight",
          .value: "transformer.h.{layer}.attn.attention.v_proj.weight",
          .attentionOutput: "transformer.h.{layer}.attn.attention.out_proj.weight",
          .feedForwardNorm: "transformer.h.{layer}.ln_2.weight",
          .up: "transformer.h.{layer}.mlp.c_fc.weight",
          .down: "transformer.h.{layer}.mlp.c_proj.weight",
        ],
        renamings: [[], [("transformer.", "")]])
    ],
    modules: Modules(activation: "act", dropout: "dropout"))
}
