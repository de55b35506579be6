import JSON

import enum Kernels.Activation

extension Family {
  /// BERT (arXiv 1810.04805): an encoder, which predicts no next token.
  package static let bert = Family(
    name: "bert",
    title: "BERT",
    modelTypes: ["bert"],
    keys: FamilyKeys(
      keyValueHeads: nil, headDimension: nil, normEpsilon: "layer_norm_eps",
      tokenTypes: "type_vocab_size"),
    defaults: sizes(
      vocabulary: 30_522, hidden: 768, intermediate: 3072, layers: 12, heads: 12, context: 512,
      epsilon: 1e-12, epsilonKey: "layer_norm_eps", activation: "gelu"
    ).merging(["type_vocab_size": 2]) { $1 },
    requirements: [
      "position_embedding_type": .only(.string("absolute"), not: "relative positions"),
      "is_decoder": .only(.bool(false), not: "decoders"),
    ],
    gguf: GGUF(architecture: "bert", activation: .gelu),
    norm: .layer,
    positions: .learned(first: 0),
    isEncoder: true,
    gated: false,
    tiedOutput: .always,
    attentionBias: .always,
    attentionOutputBias: .always,
    feedForwardBias: .always,
    layouts: [
      .transformers: .bert(prefix: "bert."),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming([
        .attentionNorm: nil, .feedForwardNorm: nil, .outputNorm: nil, .output: nil, .gate: nil,
        .positionEmbedding: "position_embd.weight",
        .tokenTypeEmbedding: "token_types.weight",
        .embeddingNorm: "token_embd_norm.weight",
        .attentionStreamNorm: "blk.{layer}.attn_output_norm.weight",
        .feedForwardStreamNorm: "blk.{layer}.layer_output_norm.weight",
      ]),
    ],
    modules: nil)

  /// RoBERTa (arXiv 1907.11692) and XLM-RoBERTa (arXiv 1911.02116): BERT whose positions begin after
  /// the padding token's.
  package static let roberta = {
    var family = Family.bert
    family.name = "roberta"
    family.title = "RoBERTa, XLM-RoBERTa"
    family.modelTypes = ["roberta", "xlm-roberta", "camembert"]
    family.defaults.merge(["vocab_size": 50_265, "pad_token_id": 1]) { $1 }
    family.requirements["pad_token_id"] = .only(.int(1), not: "positions that begin elsewhere")
    family.positions = .learned(first: 2)
    family.countsUnusedPositions = true
    family.layouts[.transformers] = .bert(prefix: "roberta.")
    return family
  }()
}

extension TensorLayout {
  /// Tensor names of BERT and its kin.
  fileprivate static func bert(prefix: String) -> TensorLayout {
    // Names in files saved without a head.
    let short: Renaming = [(prefix, "")]
    // Names of norm parameters in the first releases.
    let old: Renaming = [
      ("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta"),
    ]
    return TensorLayout(
      names: [
        .tokenEmbedding: "embeddings.word_embeddings.weight",
        .positionEmbedding: "embeddings.position_embeddings.weight",
        .tokenTypeEmbedding: "embeddings.token_type_embeddings.weight",
        .embeddingNorm: "embeddings.LayerNorm.weight",
        .query: "encoder.layer.{layer}.attention.self.query.weight",
        .key: "encoder.layer.{layer}.attention.self.key.weight",
        .value: "encoder.layer.{layer}.attention.self.value.weight",
        .attentionOutput: "encoder.layer.{layer}.attention.output.dense.weight",
        .attentionStreamNorm: "encoder.layer.{layer}.attention.output.LayerNorm.weight",
        .up: "encoder.layer.{layer}.intermediate.dense.weight",
        .down: "encoder.layer.{layer}.output.dense.weight",
        .feedForwardStreamNorm: "encoder.layer.{layer}.output.LayerNorm.weight",
      ].mapValues { prefix + $0 },
      renamings: [[], short, old, short + old])
  }
}
