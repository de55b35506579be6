import JSON

import enum Kernels.Activation

extension Family {
  /// GPT-2: learned positions, and projections stored with one input per row.
  package static let gpt2 = Family(
    name: "gpt2",
    title: "GPT-2",
    modelTypes: ["gpt2"],
    keys: FamilyKeys(
      layers: "n_layer", hiddenSize: "n_embd", intermediateSize: "n_inner", heads: "n_head",
      keyValueHeads: nil, headDimension: nil, contextLength: "n_positions",
      normEpsilon: "layer_norm_epsilon", activation: ["activation_function"]),
    aliases: [
      "hidden_size": "n_embd", "max_position_embeddings": "n_positions",
      "num_attention_heads": "n_head", "num_hidden_layers": "n_layer",
    ],
    defaults: [
      "vocab_size": 50_257, "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024,
      "layer_norm_epsilon": .double(1e-5), "activation_function": "gelu_new",
    ],
    requirements: [
      "scale_attn_weights": .only(.bool(true), not: "unscaled attention"),
      "scale_attn_by_inverse_layer_idx": .only(.bool(false), not: "attention scaled by layer"),
      "add_cross_attention": .only(.bool(false), not: "cross-attention"),
    ],
    gguf: GGUF(architecture: "gpt2", activation: .geluTanh, outputBiases: .required),
    norm: .layer,
    positions: .learned(first: 0),
    gated: false,
    widthFactor: 4,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .always,
    attentionOutputBias: .always,
    feedForwardBias: .always,
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "transformer.wte.weight",
          .positionEmbedding: "transformer.wpe.weight",
          .outputNorm: "transformer.ln_f.weight",
          .output: "lm_head.weight",
          .attentionNorm: "transformer.h.{layer}.ln_1.weight",
          .queryKeyValue: "transformer.h.{layer}.attn.c_attn.weight",
          .attentionOutput: "transformer.h.{layer}.attn.c_proj.weight",
          .feedForwardNorm: "transformer.h.{layer}.ln_2.weight",
          .up: "transformer.h.{layer}.mlp.c_fc.weight",
          .down: "transformer.h.{layer}.mlp.c_proj.weight",
        ],
        renamings: [[], [("transformer.", "")]],
        isTransposed: true),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufFused).naming([
        .positionEmbedding: "position_embd.weight"
      ]),
    ],
    modules: Modules(activation: "act", dropout: "dropout"))
}
