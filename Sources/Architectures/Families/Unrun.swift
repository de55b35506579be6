import JSON

import enum Kernels.Activation

extension Family {
  /// Families with layers that are not run: their networks are ranked by weights, or by statistics
  /// that another program recorded.
  static let unrun: [Family] = [
    unrun("qwen3_5", "Qwen 3.5, dense", types: ["qwen3_5_text"], "layers of linear attention"),
    unrun(
      "lfm2", "LFM2, dense", types: ["lfm2"], "layers of convolutions",
      widthSettings: ["block_auto_adjust_ff_dim": .bool(false), "block_ff_dim": nil],
      activation: .silu, [.gate: "w1", .up: "w3", .down: "w2"],
      in: "feed_forward"),
    unrun(
      "bamba", "Bamba", types: ["bamba"], "layers of state spaces (Mamba)", in: "feed_forward"),
    unrun(
      "falcon_h1", "Falcon-H1", types: ["falcon_h1"], "heads of state spaces (Mamba)",
      in: "feed_forward"),
    unrun(
      "gemma3n", "Gemma 3n, text", types: ["gemma3n_text"],
      "several residual streams and embeddings of each layer", layerWidths: .list, tied: true),
    unrun(
      "gemma4", "Gemma 4, text, dense", types: ["gemma4_text"],
      "embeddings of each layer and layers that share keys",
      layerWidths: .doubled(flag: "use_double_wide_mlp"), tied: true),
    openELM,
  ]

  /// OpenELM (arXiv 2404.14619), whose code is Apple's and not a part of Transformers.
  private static var openELM: Family {
    var family = unrun(
      "openelm", "OpenELM", types: ["openelm"], "layers with their own numbers of heads",
      layerWidths: .factors(key: "ffn_multipliers", divisor: "ffn_dim_divisor"))
    family.keys.layers = "num_transformer_layers"
    family.keys.hiddenSize = "model_dim"
    family.keys.intermediateSize = nil
    family.keys.contextLength = "max_context_length"
    family.keys.activation = ["activation_fn_name"]
    family.defaults["activation_fn_name"] = "swish"
    family.defaults["max_context_length"] = 2048
    family.requirements = ["ffn_with_glu": .only(.bool(true), not: "networks without a gate")]
    family.tiedOutput = .key("share_input_output_layers", otherwise: true)
    family.layouts = [
      .transformers: TensorLayout(names: [
        .tokenEmbedding: "transformer.token_embeddings.weight", .output: "lm_head.weight",
        .gateUp: "transformer.layers.{layer}.ffn.proj_1.weight",
        .down: "transformer.layers.{layer}.ffn.proj_2.weight",
      ])
    ]
    return family
  }

  private static let usualProjections: [TensorRole: String] = [
    .gate: "gate_proj", .up: "up_proj", .down: "down_proj",
  ]

  private static func unrun(
    _ name: String, _ title: String, types: [String], _ reason: String,
    widthSettings: [String: JSONValue?] = [:], layerWidths: LayerWidths = .single,
    activation: Activation? = nil, tied: Bool = false,
    _ projections: [TensorRole: String] = usualProjections, in network: String = "mlp"
  ) -> Family {
    var names: [TensorRole: String] = [
      .tokenEmbedding: "model.embed_tokens.weight", .output: "lm_head.weight",
    ]
    for (role, projection) in projections {
      names[role] = "model.layers.{layer}.\(network).\(projection).weight"
    }
    return Family(
      name: name,
      title: title,
      modelTypes: types,
      keys: FamilyKeys(
        keyValueHeads: nil, headDimension: nil, normEpsilon: nil,
        activation: activation == nil ? ["hidden_activation", "hidden_act"] : []),
      // Of what is not run any numbers will do.
      defaults: [
        "num_attention_heads": 1, "max_position_embeddings": 2048, "hidden_act": "silu",
      ],
      unrun: reason,
      positions: .learned(first: 0),
      layerWidths: layerWidths,
      widthSettings: widthSettings,
      tiedOutput: .key("tie_word_embeddings", otherwise: tied),
      activation: activation,
      layouts: [.transformers: TensorLayout(names: names, renamings: TensorLayout.llama.renamings)],
      modules: nil)
  }
}
