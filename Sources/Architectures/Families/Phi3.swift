import JSON

import enum Kernels.Activation

extension Family {
  /// Phi-3 and Phi-4-mini (arXiv 2404.14219, 2503.01743): fused projections.
  package static let phi3 = Family(
    name: "phi3",
    title: "Phi-3, Phi-4-mini",
    modelTypes: ["phi3"],
    keys: FamilyKeys(rotaryFraction: "partial_rotary_factor", window: "sliding_window"),
    defaults: sizes(
      vocabulary: 32_064, hidden: 3072, intermediate: 8192, layers: 32, heads: 32, context: 4096,
      epsilon: 1e-5, activation: "silu"
    ).merging(["original_max_position_embeddings": 4096]) { $1 },
    gguf: GGUF(
      architecture: "phi3", activation: .silu,
      told: [.keyValueHeads, .rotaryBase, .rotaryDimension, .scalingOriginal, .window],
      divisors: .byLength, rotatesParts: true, outputBiases: .absent),
    layouts: [
      .transformers: .llama.naming([
        .query: nil, .key: nil, .value: nil, .gate: nil, .up: nil,
        .queryKeyValue: "model.layers.{layer}.self_attn.qkv_proj.weight",
        .gateUp: "model.layers.{layer}.mlp.gate_up_proj.weight",
      ]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming([
        .query: nil, .key: nil, .value: nil, .gate: nil, .up: nil,
        .queryKeyValue: "blk.{layer}.attn_qkv.weight",
        .gateUp: "blk.{layer}.ffn_up.weight",
      ]),
    ],
    modules: Modules(activation: "activation_fn"))
}
