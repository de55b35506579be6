import JSON

import enum Kernels.Activation

extension Family {
  /// BERT (arXiv 1810.04805): an encoder, which predicts no next token.
  package static let bert = Family(
    name: "bert",
    modelTypes: ["bert"],
    keys: FamilyKeys(
      keyValueHeads: nil, headDimension: nil, normEpsilon: "layer_norm_eps",
      tokenTypes: "type_vocab_size"),
    defaults: sizes(
      vocabulary: 30_522, hidden: 768, intermediate: 3072, layers: 12, heads: 12, context: 512,
      epsilon: 1e-12, epsilonKey: "layer_norm_eps", activation: "gelu"
    ).merging(["type_vocab_size": 2]) { $1 },
    requirements: ["position_embedding_type": .string("absolute"), "is_decoder": .bool(false)],
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
      .transformers: TensorLayout(
        names: [
          .tokenEmbedding: "bert.embeddings.word_embeddings.weight",
          .positionEmbedding: "bert.embeddings.position_embeddings.weight",
          .tokenTypeEmbedding: "bert.embeddings.token_type_embeddings.weight",
          .embeddingNorm: "bert.embeddings.LayerNorm.weight",
          .query: "bert.encoder.layer.{layer}.attention.self.query.weight",
          .key: "bert.encoder.layer.{layer}.attention.self.key.weight",
          .value: "bert.encoder.layer.{layer}.attention.self.value.weight",
          .attentionOutput: "bert.encoder.layer.{layer}.attention.output.dense.weight",
          .attentionStreamNorm: "bert.encoder.layer.{layer}.attention.output.LayerNorm.weight",
          .up: "bert.encoder.layer.{layer}.intermediate.dense.weight",
          .down: "bert.encoder.layer.{layer}.output.dense.weight",
          .feedForwardStreamNorm: "bert.encoder.layer.{layer}.output.LayerNorm.weight",
        ],
        renamings: [[], short, old, short + old]),
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

  /// Names in files saved without a head.
  private static let short: TensorLayout.Renaming = [("bert.", "")]
  /// Names of norm parameters in the first releases.
  private static let old: TensorLayout.Renaming = [
    ("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta"),
  ]
}
