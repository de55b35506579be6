import JSON

import enum Kernels.Activation

extension Family {
  /// LLaMA (arXiv 2302.13971, 2307.09288, 2407.21783).
  package static let llama = Family(
    name: "llama",
    title: "LLaMA 1 to 3",
    modelTypes: ["llama"],
    defaults: sizes(
      vocabulary: 32_000, hidden: 4096, intermediate: 11_008, layers: 32, heads: 32, context: 2048,
      epsilon: 1e-6, activation: "silu"),
    gguf: .llama,
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    layouts: [
      .transformers: .llama,
      .gguf: .ggufLlama,
    ],
    modules: Modules(activation: "act_fn"))
}

extension Family {
  /// Transformers' values of the usual keys.
  static func sizes(
    vocabulary: Int, hidden: Int, intermediate: Int, layers: Int, heads: Int, context: Int,
    epsilon: Double, epsilonKey: String = "rms_norm_eps", activation: String
  ) -> [String: JSONValue] {
    [
      "vocab_size": .int(vocabulary), "hidden_size": .int(hidden),
      "intermediate_size": .int(intermediate), "num_hidden_layers": .int(layers),
      "num_attention_heads": .int(heads), "max_position_embeddings": .int(context),
      epsilonKey: .double(epsilon), "hidden_act": .string(activation),
    ]
  }
}

extension Family.GGUF {
  static let llama = Family.GGUF(
    architecture: "llama", activation: .silu,
    told: [
      .vocabularySize, .keyValueHeads, .keyLength, .valueLength, .rotaryBase, .rotaryDimension,
    ], divisors: .single, mixed: "deci")
}

extension TensorLayout {
  /// Copy in which rotation pairs neighbouring rows of query and key.
  var pairingNeighbours: TensorLayout {
    var layout = self
    layout.pairsNeighbours = true
    return layout
  }

  /// Copy whose norms are stored minus a number.
  func offsettingNorms(by offset: Float) -> TensorLayout {
    var layout = self
    layout.normOffset = offset
    return layout
  }

  static let ggufLlama = TensorLayout(names: TensorLayout.gguf, pairsNeighbours: true)

  /// Tensor names of LLaMA in Transformers, shared by later families.
  static let llama = TensorLayout(
    names: [
      .tokenEmbedding: "model.embed_tokens.weight",
      .outputNorm: "model.norm.weight",
      .output: "lm_head.weight",
      .attentionNorm: "model.layers.{layer}.input_layernorm.weight",
      .query: "model.layers.{layer}.self_attn.q_proj.weight",
      .key: "model.layers.{layer}.self_attn.k_proj.weight",
      .value: "model.layers.{layer}.self_attn.v_proj.weight",
      .attentionOutput: "model.layers.{layer}.self_attn.o_proj.weight",
      .feedForwardNorm: "model.layers.{layer}.post_attention_layernorm.weight",
      .gate: "model.layers.{layer}.mlp.gate_proj.weight",
      .up: "model.layers.{layer}.mlp.up_proj.weight",
      .down: "model.layers.{layer}.mlp.down_proj.weight",
    ],
    renamings: [[], [("model.", "")]])

  /// Names in GGUF of fused attention projections and of a network without a gate, over the usual.
  static let ggufFused: [TensorRole: String?] = [
    .query: nil, .key: nil, .value: nil, .gate: nil,
    .queryKeyValue: "blk.{layer}.attn_qkv.weight",
  ]

  /// Tensor names that most architectures of llama.cpp share.
  static let gguf: [TensorRole: String] = [
    .tokenEmbedding: "token_embd.weight",
    .outputNorm: "output_norm.weight",
    .output: "output.weight",
    .attentionNorm: "blk.{layer}.attn_norm.weight",
    .query: "blk.{layer}.attn_q.weight",
    .key: "blk.{layer}.attn_k.weight",
    .value: "blk.{layer}.attn_v.weight",
    .attentionOutput: "blk.{layer}.attn_output.weight",
    .feedForwardNorm: "blk.{layer}.ffn_norm.weight",
    .gate: "blk.{layer}.ffn_gate.weight",
    .up: "blk.{layer}.ffn_up.weight",
    .down: "blk.{layer}.ffn_down.weight",
  ]
}
