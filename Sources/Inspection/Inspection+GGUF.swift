import Checkpoints
import GGUF
package import Tensors

extension Inspection {
  /// Kind and size of the tokenizer, from the metadata alone.
  package struct TokenizerSummary: Sendable {
    package let kind: String
    package let tokens: Int
  }

  /// Experts of a mixture-of-experts source.
  package struct Mixture: Sendable {
    package let experts: Int
    /// Experts per token; nil if the file does not state it.
    package let used: Int?
    /// Neurons per expert; nil if the file does not state it.
    package let neurons: Int?
    package let layers: Int
  }

  /// A tensor of unknown or withdrawn type.
  package struct UnknownTensor: Sendable {
    package let name: TensorName
    package let type: Int
    package let shape: [Int]
    /// Nil if the block size is unknown.
    package let bytes: Int?
  }

  static func tokenizer(_ metadata: GGUFMetadata?) throws -> TokenizerSummary? {
    guard let metadata, let model = try metadata.stringIfPresent("tokenizer.ggml.model"),
      let tokens = metadata.entry("tokenizer.ggml.tokens")
    else { return nil }
    let kind =
      switch model {
      case "gpt2": "byte-level BPE (gpt2)"
      case "llama": "SentencePiece BPE (llama)"
      default: model
      }
    return TokenizerSummary(kind: kind, tokens: tokens.count)
  }

  /// Reads the experts from the stacked up projections, of shape E × neurons × D.
  static func mixture(_ checkpoint: Checkpoint, _ metadata: GGUFMetadata?) throws -> Mixture? {
    let stacked = checkpoint.tensors.filter { $0.name.text.hasSuffix(".ffn_up_exps.weight") }
    guard let metadata, let first = stacked.first, first.shape.count == 3 else { return nil }
    let architecture = try metadata.stringIfPresent("general.architecture") ?? ""
    return Mixture(
      experts: first.shape[0],
      used: try metadata.intIfPresent("\(architecture).expert_used_count"),
      neurons: first.shape[1], layers: stacked.count)
  }

  static func unknownTensors(_ checkpoint: Checkpoint) -> [UnknownTensor] {
    guard case .dense(.gguf(let reader)) = checkpoint.storage else { return [] }
    return reader.unknownTensors.map {
      UnknownTensor(
        name: $0.name, type: Int($0.typeNumber), shape: $0.shape, bytes: $0.byteCount)
    }
  }
}
