import JSON

import enum Kernels.Activation

extension Family {
  /// BERT (arXiv 1810.04805): an encoder, which predicts no next token.
  package static let bert = Family(
    name: "bert",
    modelTypes: ["bert"],
    keys: FamilyKeys(normEpsilon: "layer_norm_eps"),
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
