import Kernels

extension Family {
  /// LLaMA (arXiv 2302.13971, 2307.09288) as Transformers stores it.
  package static let llama = Family(
    name: "llama",
    modelTypes: ["llama"],
    keys: Keys(
      layers: "num_hidden_layers",
      hiddenSize: "hidden_size",
      intermediateSize: "intermediate_size",
      heads: "num_attention_heads",
      keyValueHeads: "num_key_value_heads",
      headDimension: "head_dim",
      vocabularySize: "vocab_size",
      contextLength: "max_position_embeddings",
      normEpsilon: "rms_norm_eps",
      activation: "hidden_act",
      rotaryBase: "rope_theta",
      tiedOutput: "tie_word_embeddings",
      attentionBias: "attention_bias",
      feedForwardBias: "mlp_bias"),
    norm: .rootMeanSquare,
    positions: .rotaryHalves,
    gated: true,
    activations: ["silu": .silu, "swish": .silu],
    tensors: [
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
      .queryBias: "model.layers.{layer}.self_attn.q_proj.bias",
      .keyBias: "model.layers.{layer}.self_attn.k_proj.bias",
      .valueBias: "model.layers.{layer}.self_attn.v_proj.bias",
      .attentionOutputBias: "model.layers.{layer}.self_attn.o_proj.bias",
      .gateBias: "model.layers.{layer}.mlp.gate_proj.bias",
      .upBias: "model.layers.{layer}.mlp.up_proj.bias",
      .downBias: "model.layers.{layer}.mlp.down_proj.bias",
    ])
}
