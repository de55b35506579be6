import JSON

import enum Kernels.Activation

extension Family {
  /// Hunyuan, dense (hunyuan.tencent.com, 2025): queries and keys are normalised after their rotation,
  /// whose base a factor may raise.
  package static let hunyuan = Family(
    name: "hunyuan_v1_dense",
    title: "Hunyuan, dense",
    modelTypes: ["hunyuan_v1_dense"],
    defaults: sizes(
      vocabulary: 290_943, hidden: 4096, intermediate: 11_008, layers: 32, heads: 32, context: 2048,
      epsilon: 1e-5, activation: "silu"),
    gguf: GGUF(
      architecture: "hunyuan-dense", activation: .silu,
      told: [.keyValueHeads, .keyLength, .valueLength, .rotaryBase], outputBiases: .absent),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    raisesBase: true,
    normsFollowRotation: true,
    layouts: [
      .transformers: .llama.naming([
        .queryNorm: "model.layers.{layer}.self_attn.query_layernorm.weight",
        .keyNorm: "model.layers.{layer}.self_attn.key_layernorm.weight",
      ]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufHeadNorms),
    ],
    modules: Modules(activation: "act_fn"))
}
