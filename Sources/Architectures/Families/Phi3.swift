import enum Kernels.Activation

extension Family {
  /// Phi-3 and Phi-4-mini (arXiv 2404.14219, 2503.01743): fused projections.
  package static let phi3 = Family(
    name: "phi3",
    modelTypes: ["phi3"],
    gguf: GGUF(
      architecture: "phi3", activation: .silu,
      told: [.keyValueHeads, .rotaryBase, .rotaryDimension, .scalingOriginal, .window],
      divisors: .byLength, rotatesParts: true),
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
