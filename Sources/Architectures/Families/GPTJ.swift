import JSON

import enum Kernels.Activation

extension Family {
  /// GPT-J (github.com/kingoflolz/mesh-transformer-jax, 2021): parallel branches, rotation of
  /// neighbouring pairs.
  ///
  /// llama.cpp does not support it.
  package static let gptJ = Family(
    name: "gptj",
    title: "GPT-J",
    modelTypes: ["gptj"],
    keys: FamilyKeys(
      layers: "n_layer", hiddenSize: "n_embd", intermediateSize: "n_inner", heads: "n_head",
      keyValueHeads: nil, headDimension: nil, contextLength: "n_positions",
      normEpsilon: "layer_norm_epsilon", activation: ["activation_function"],
      rotaryDimension: "rotary_dim"),
    defaults: [
      "vocab_size": 50_400, "n_positions": 2048, "n_embd": 4096, "n_layer": 28, "n_head": 16,
      "rotary_dim": 64, "activation_function": "gelu_new", "layer_norm_epsilon": .double(1e-5),
    ],
    norm: .layer,
    outputBias: true,
    gated: false,
    widthFactor: 4,
    isParallel: .always,
    feedForwardBias: .always,
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "transformer.wte.weight",
          .outputNorm: "transformer.ln_f.weight",
          .output: "lm_head.weight",
          .attentionNorm: "transformer.h.{layer}.ln_1.weight",
          .query: "transformer.h.{layer}.attn.q_proj.weight",
          .key: "transformer.h.{layer}.attn.k_proj.weight",
          .value: "transformer.h.{layer}.attn.v_proj.weight",
          .attentionOutput: "transformer.h.{layer}.attn.out_proj.weight",
          .feedForwardNorm: "transformer.h.{layer}.ln_1.weight",
          .up: "transformer.h.{layer}.mlp.fc_in.weight",
          .down: "transformer.h.{layer}.mlp.fc_out.weight",
        ],
        pairsNeighbours: true)
    ],
    modules: Modules(activation: "act", dropout: "dropout"))
}
