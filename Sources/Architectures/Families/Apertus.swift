import JSON

import enum Kernels.Activation

extension Family {
  /// Apertus (arXiv 2509.14233): norms of queries and keys, and an activation that each layer learns.
  package static let apertus = Family(
    name: "apertus",
    title: "Apertus",
    modelTypes: ["apertus"],
    keys: FamilyKeys(headDimension: nil, activation: []),
    defaults: sizes(
      vocabulary: 131_072, hidden: 4096, intermediate: 14_336, layers: 32, heads: 32,
      context: 65_536, epsilon: 1e-5, activation: "xielu"
    ).merging([
      "rope_parameters": [
        "rope_type": "llama3", "rope_theta": .double(12e6), "factor": .double(8),
        "original_max_position_embeddings": 8192, "low_freq_factor": .double(1),
        "high_freq_factor": .double(4),
      ]
    ]) { $1 },
    requirements: ["hidden_act": .only("xielu", not: "another activation")],
    gguf: GGUF(
      architecture: "apertus", activation: .xielu,
      told: [.vocabularySize, .keyValueHeads, .rotaryBase, .rotaryDimension], divisors: .single,
      output: .required),
    gated: false,
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    rotaryBase: 12_000_000,
    activation: .xielu,
    layouts: [
      .transformers: .llama.naming(TensorLayout.headNorms).naming([
        .gate: nil,
        .attentionNorm: "model.layers.{layer}.attention_layernorm.weight",
        .feedForwardNorm: "model.layers.{layer}.feedforward_layernorm.weight",
        .activationPositive: "model.layers.{layer}.mlp.act_fn.alpha_p",
        .activationNegative: "model.layers.{layer}.mlp.act_fn.alpha_n",
        .activationLinear: "model.layers.{layer}.mlp.act_fn.beta",
        .activationFloor: "model.layers.{layer}.mlp.act_fn.eps",
      ]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufHeadNorms).naming([
        .gate: nil
      ]),
    ],
    modules: Modules(activation: "act_fn"))
}
