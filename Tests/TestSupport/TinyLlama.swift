/// A LLaMA of a few hundred weights, made anew in every test.
package struct TinyLlama: Sendable {
  package struct Tensor: Sendable {
    package var name: String
    package var type: String
    package var shape: [Int]
    package var bytes: [UInt8]

    package init(name: String, type: String, shape: [Int], bytes: [UInt8]) {
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }
  }

  /// The members of config.json, each value as JSON text.
  package var config: [String: String]
  package var tensors: [Tensor]

  /// Four heads over two key heads of two columns, and sixteen tokens, those of ``tokenizer``.
  package init(layers: Int = 2, intermediateSize: Int = 12, seed: UInt64 = 1) {
    config = [
      "model_type": "\"llama\"", "hidden_act": "\"silu\"", "num_hidden_layers": "\(layers)",
      "hidden_size": "8", "intermediate_size": "\(intermediateSize)", "num_attention_heads": "4",
      "num_key_value_heads": "2", "vocab_size": "16", "max_position_embeddings": "32",
      "rms_norm_eps": "1e-05", "rope_theta": "10000.0",
    ]
    var numbers = RandomNumbers(seed: seed)
    tensors = []
    func add(_ name: String, _ shape: [Int]) {
      let values = numbers.floats(shape.reduce(1, *))
      tensors.append(
        Tensor(
          name: name + ".weight", type: "F32", shape: shape,
          bytes: floatBytes(shape.count == 1 ? values.map { 1 + $0 / 4 } : values)))
    }
    add("model.embed_tokens", [16, 8])
    for layer in 0..<layers {
      let at = "model.layers.\(layer)."
      add(at + "input_layernorm", [8])
      add(at + "self_attn.q_proj", [8, 8])
      add(at + "self_attn.k_proj", [4, 8])
      add(at + "self_attn.v_proj", [4, 8])
      add(at + "self_attn.o_proj", [8, 8])
      add(at + "post_attention_layernorm", [8])
      add(at + "mlp.gate_proj", [intermediateSize, 8])
      add(at + "mlp.up_proj", [intermediateSize, 8])
      add(at + "mlp.down_proj", [8, intermediateSize])
    }
    add("model.norm", [8])
    add("lm_head", [16, 8])
  }

  package var configuration: [UInt8] {
    let members = config.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    return Array("{\(members.joined(separator: ", "))}".utf8)
  }

  package subscript(tensor name: String) -> Tensor? {
    get { tensors.first { $0.name == name } }
    set {
      let index = tensors.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let tensor?): tensors[index] = tensor
      case (let index?, nil): tensors.remove(at: index)
      case (nil, let tensor?): tensors.append(tensor)
      case (nil, nil): break
      }
    }
  }

  /// Writes weights, config.json and tokenizer.json.
  package func write(to folder: TemporaryFolder) throws {
    try folder.write(configuration, to: "config.json")
    try folder.write(Array(Self.tokenizer().utf8), to: "tokenizer.json")
    try folder.write(safetensorsFile(tensors), to: "model.safetensors")
  }

  /// A byte-level tokenizer without merges: `a` to `j`, space, newline, the two bytes of `é`.
  package static func tokenizer(postProcessor: String = "null") -> String {
    let letters = "abcdefghijĠĊÃ©".enumerated().map { "\"\($1)\": \($0)" }
    let specials = ["<s>", "</s>"].enumerated().map {
      "{\"id\": \(14 + $0), \"content\": \"\($1)\", \"special\": true}"
    }
    return """
      {"version": "1.0", "added_tokens": [\(specials.joined(separator: ", "))],
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
       "post_processor": \(postProcessor),
       "model": {"type": "BPE", "vocab": {\(letters.joined(separator: ", "))}, "merges": []}}
      """
  }
}

/// The bytes of a safetensors file that holds the tensors one behind the other.
///
/// - Parameters:
///   - tensors: in the order in which they shall lie.
///   - metadata: JSON text of an object of strings; none by default.
///   - headerLength: what the header is filled up to with spaces; no more than it needs by default.
/// - Returns: header and data.
package func safetensorsFile(
  _ tensors: [TinyLlama.Tensor], metadata: String? = nil, headerLength: Int = 0
) -> [UInt8] {
  var members = metadata.map { ["\"__metadata__\": \($0)"] } ?? []
  var end = 0
  for tensor in tensors {
    members.append(
      """
      "\(tensor.name)": {"dtype": "\(tensor.type)", "shape": \(tensor.shape), \
      "data_offsets": [\(end), \(end + tensor.bytes.count)]}
      """)
    end += tensor.bytes.count
  }
  var header = Array("{\(members.joined(separator: ", "))}".utf8)
  header += [UInt8](repeating: 0x20, count: max(headerLength - header.count, 0))
  let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
  return length + header + tensors.flatMap(\.bytes)
}

/// Little-endian, as files hold them.
package func floatBytes(_ values: [Float]) -> [UInt8] {
  values.flatMap { value in
    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }
}
