import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

/// A LLaMA with a few hundred random weights, whose configuration and tensors a test may change.
struct SmallModel {
  var config: JSONObject
  var tensors: [(name: String, shape: [Int])]
  var metadata: [(key: String, value: String)]?

  init(layers: Int = 1, hidden: Int = 4, neurons: Int = 8, vocabulary: Int = 8) {
    config = JSONObject([
      .init(name: "model_type", value: "llama"), .init(name: "hidden_act", value: "silu"),
      .init(name: "num_hidden_layers", value: .int(layers)),
      .init(name: "hidden_size", value: .int(hidden)),
      .init(name: "intermediate_size", value: .int(neurons)),
      .init(name: "num_attention_heads", value: 2),
      .init(name: "num_key_value_heads", value: 1),
      .init(name: "vocab_size", value: .int(vocabulary)),
      .init(name: "max_position_embeddings", value: 64),
      .init(name: "rms_norm_eps", value: .double(1e-5)),
      .init(name: "tie_word_embeddings", value: true),
    ])
    tensors = [
      ("model.embed_tokens.weight", [vocabulary, hidden]), ("model.norm.weight", [hidden]),
    ]
    for layer in 0..<layers {
      let parts: [(String, [Int])] = [
        ("input_layernorm", [hidden]), ("post_attention_layernorm", [hidden]),
        ("self_attn.q_proj", [hidden, hidden]), ("self_attn.k_proj", [hidden / 2, hidden]),
        ("self_attn.v_proj", [hidden / 2, hidden]), ("self_attn.o_proj", [hidden, hidden]),
        ("mlp.gate_proj", [neurons, hidden]), ("mlp.up_proj", [neurons, hidden]),
        ("mlp.down_proj", [hidden, neurons]),
      ]
      tensors += parts.map { ("model.layers.\(layer).\($0.0).weight", $0.1) }
    }
  }

  /// Writes `config.json` and `model.safetensors`; returns the path of their folder.
  @discardableResult
  func write(to folder: TemporaryFolder, _ name: String = "model") throws -> String {
    try folder.write(JSONWriter.write(.object(config)), to: name + "/config.json")
    var numbers = RandomNumbers(seed: 7)
    let filled = try tensors.map { tensor in
      let description = try #require(
        TensorDescription(
          name: TensorName(tensor.name), elementType: .f32, shape: tensor.shape))
      return (description, (0..<description.elementCount).flatMap { _ in numbers.weight() })
    }
    try SafetensorsWriter.write(
      filled, metadata: metadata, to: folder.path(name + "/model.safetensors"))
    return folder.path(name)
  }
}

extension RandomNumbers {
  /// Bytes of a random Float between −1 and 1, little-endian.
  fileprivate mutating func weight() -> [UInt8] {
    let value = Float(Int64(bitPattern: next()) >> 40) / Float(1 << 23)
    return (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }
}
