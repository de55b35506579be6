import JSON

import enum Kernels.Activation

extension Family {
  /// GPT-NeoX and Pythia (arXiv 2204.06745, 2304.01373): attention and feed-forward network in
  /// parallel.
  package static let gptNeoX = Family(
    name: "gpt_neox",
    title: "GPT-NeoX, Pythia",
    modelTypes: ["gpt_neox"],
    keys: FamilyKeys(
      keyValueHeads: nil, headDimension: nil, normEpsilon: "layer_norm_eps",
      rotaryBase: "rotary_emb_base", rotaryFraction: "rotary_pct"),
    defaults: sizes(
      vocabulary: 50_432, hidden: 6144, intermediate: 24_576, layers: 44, heads: 64, context: 2048,
      epsilon: 1e-5, epsilonKey: "layer_norm_eps", activation: "gelu"),
    gguf: GGUF(
      architecture: "gptneox", activation: .gelu, told: [.rotaryDimension, .isParallel],
      rotatesParts: true, output: .required, outputBiases: .required),
    norm: .layer,
    gated: false,
    isParallel: .key("use_parallel_residual", otherwise: true),
    attentionBias: .key("attention_bias", otherwise: true),
    attentionOutputBias: .key("attention_bias", otherwise: true),
    feedForwardBias: .always,
    rotaryFraction: 0.25,
    layouts: [
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "gpt_neox.embed_in.weight",
          .outputNorm: "gpt_neox.final_layer_norm.weight",
          .output: "embed_out.weight",
          .attentionNorm: "gpt_neox.layers.{layer}.input_layernorm.weight",
          .queryKeyValue: "gpt_neox.layers.{layer}.attention.query_key_value.weight",
          .attentionOutput: "gpt_neox.layers.{layer}.attention.dense.weight",
          .feedForwardNorm: "gpt_neox.layers.{layer}.post_attention_layernorm.weight",
          .up: "gpt_neox.layers.{layer}.mlp.dense_h_to_4h.weight",
          .down: "gpt_neox.layers.{layer}.mlp.dense_4h_to_h.weight",
        ],
        fusion: .heads),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufFused),
    ],
    modules: Modules(activation: "act"))
}
