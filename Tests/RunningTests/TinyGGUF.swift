import GGUF
import Tensors
import TestSupport
import Testing

/// A tiny model in GGUF, with the keys and tensors that a test adds.
struct TinyGGUF {
  var architecture = "llama"
  var layers = 2
  /// Width of each layer; nil for 12 in all.
  var widths: [Int]?
  /// Keys without the architecture, which replace or add to the usual ones.
  var keys: [String: GGUFValue] = [:]
  /// Tensors besides the usual ones, with the values 1, 2, ….
  var tensors: [(name: String, shape: [Int])] = []

  /// Writes the file and returns its path.
  func write(to folder: TemporaryFolder) throws -> String {
    var values: [String: GGUFValue] = [
      "block_count": .u32(UInt32(layers)), "context_length": .u32(32), "embedding_length": .u32(8),
      "feed_forward_length": .u32(12), "attention.head_count": .u32(4),
      "attention.head_count_kv": .u32(2), "attention.layer_norm_rms_epsilon": .f32(1e-5),
    ]
    if let widths { values["feed_forward_length"] = .array(.i32(widths.map { Int32($0) })) }
    values.merge(keys) { $1 }
    let pairs =
      [GGUFKeyValue("general.architecture", .text(architecture))]
      + values.sorted { $0.key < $1.key }.map {
        GGUFKeyValue("\(architecture).\($0.key)", $0.value)
      }
    let descriptions = try (usual + tensors).map { name, shape in
      try describe(TensorName(name), .f32, shape)
    }
    let path = folder.path("tiny.gguf")
    let writer = try GGUFWriter(path: path, metadata: pairs, tensors: descriptions)
    for tensor in descriptions {
      let values = (0..<tensor.elementCount).map { Float($0 + 1) }
      try writer.write(floatBytes(values), of: tensor.name)
    }
    try writer.commit()
    return path
  }

  private var usual: [(String, [Int])] {
    var tensors: [(String, [Int])] = [("token_embd.weight", [16, 8]), ("output_norm.weight", [8])]
    for layer in 0..<layers {
      let width = widths?[layer] ?? 12
      let parts: [(String, [Int])] = [
        ("attn_q", [8, 8]), ("attn_k", [4, 8]), ("attn_v", [4, 8]), ("attn_output", [8, 8]),
        ("ffn_gate", [width, 8]), ("ffn_up", [width, 8]), ("ffn_down", [8, width]),
      ]
      tensors += (parts + norms).map { ("blk.\(layer).\($0).weight", $1) }
    }
    return tensors
  }

  private var norms: [(String, [Int])] {
    let before: [(String, [Int])] = [("attn_norm", [8]), ("ffn_norm", [8])]
    let after: [(String, [Int])] = [("post_attention_norm", [8]), ("post_ffw_norm", [8])]
    return switch architecture {
    case "gemma2": before + after
    case "gemma3": before + after + [("attn_q_norm", [2]), ("attn_k_norm", [2])]
    case "olmo2": after + [("attn_q_norm", [8]), ("attn_k_norm", [4])]
    default: before
    }
  }

  private func describe(
    _ name: TensorName, _ type: ElementType, _ shape: [Int]
  ) throws -> TensorDescription {
    try #require(TensorDescription(name: name, elementType: type, shape: shape))
  }
}
