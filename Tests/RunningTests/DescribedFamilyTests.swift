import Architectures
import Checkpoints
import JSON
import Kernels
import Running
import Safetensors
import Tensors
import TestSupport
import Testing

/// Families that a user describes: options together, and what no option expresses.
@Suite struct DescribedFamilyTests {
  private static let root = packageRoot.appending(path: "fixtures/families/qwen3").path
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private typealias Stored = (TensorDescription, [UInt8])

  /// Model of Qwen3's fixture with changed tensors, configuration and description.
  private func model(
    _ description: String, _ members: [String: JSONValue] = [:],
    _ change: ([Stored], ModelConfiguration) throws -> [Stored] = { tensors, _ in tensors }
  ) throws -> Model {
    var object = try #require(
      JSONScanner.scan(fixture("fixtures/families/qwen3/config.json")).object)
    for (key, value) in members { object[key] = value }
    try folder.write(Array(JSONWriter.text(.object(object)).utf8), to: "config.json")
    try folder.write(Array(description.utf8), to: "family.json")
    let reader = try SafetensorsReader(path: Self.root)
    let tensors = try reader.tensors.map { ($0, try reader.read($0.name)) }
    try SafetensorsWriter.write(
      change(tensors, Model(path: Self.root).configuration),
      to: folder.path("model.safetensors"))
    return try Model(path: folder.path, family: folder.path("family.json"))
  }

  private func logits(_ model: Model) throws -> [Float] {
    let parallel = Parallel(threads: 1)
    let finished = try LayerSweep(model, parallel: parallel).run([[5, 9, 2, 30, 7]]) { call in
      (call.weights.output(call.weights.hidden(call.input)), ())
    } finishedLayer: { _, _ in
    }
    return try OutputHead(model, parallel: parallel).logits(finished[0][0].stream).values
  }

  /// Bytes of rows, each moved to where a rotation of neighbours expects it.
  private func paired(_ bytes: [UInt8], rows: Int, dimension: Int, rotated: Int) -> [UInt8] {
    let rowBytes = bytes.count / rows
    return (0..<rows).flatMap { row in
      let (head, place) = row.quotientAndRemainder(dividingBy: dimension)
      let source =
        place < rotated ? head * dimension + place % 2 * (rotated / 2) + place / 2 : row
      return bytes[source * rowBytes..<(source + 1) * rowBytes]
    }
  }

  @Test(arguments: [1, 0.5])
  func `pairs of neighbours go with norms of heads, and with rotation of a part`(
    share: Double
  ) throws {
    let members: [String: JSONValue] = ["partial_rotary_factor": .double(share)]
    let halves = try logits(model(#"{"like": "qwen3"}"#, members))
    let neighbours = try logits(
      model(
        #"{"like": "qwen3", "tensors": {"transformers": {"pairs_neighbours": true}}}"#, members
      ) { tensors, configuration in
        let dimension = configuration.headDimension
        return tensors.map { tensor, bytes in
          let parts = ["q_proj", "k_proj", "q_norm", "k_norm"]
          guard parts.contains(where: { tensor.name.text.contains($0) }) else {
            return (tensor, bytes)
          }
          return (
            tensor,
            paired(
              bytes, rows: tensor.shape[0], dimension: dimension,
              rotated: Int(Double(dimension) * share))
          )
        }
      })
    #expect(neighbours == halves)
    if share < 1 { #expect(try halves != logits(model(#"{"like": "qwen3"}"#))) }
  }

  @Test func `a fused tensor goes with shared keys and with neighbours`() throws {
    let names = #""query": null, "key": null, "value": null, "query_key_value": "#
    let place = "model.layers.{layer}.self_attn."
    let description = """
      {"like": "qwen3", "tensors": {"transformers": {"pairs_neighbours": true, "fusion": "heads",
       "names": {\(names)"\(place)qkv.weight"}}}}
      """
    let fused = try logits(
      model(description) { tensors, configuration in
        let dimension = configuration.headDimension
        var others: [Stored] = []
        var parts: [String: [UInt8]] = [:]
        for (tensor, bytes) in tensors {
          let name = tensor.name.text
          let isRotated = ["q_proj", "k_proj", "q_norm", "k_norm"].contains { name.contains($0) }
          let moved =
            isRotated
            ? paired(bytes, rows: tensor.shape[0], dimension: dimension, rotated: dimension)
            : bytes
          if ["q_proj", "k_proj", "v_proj"].contains(where: { name.contains($0) }) {
            parts[name] = moved
          } else {
            others.append((tensor, moved))
          }
        }
        let shared = configuration.heads / configuration.keyValueHeads
        for layer in 0..<configuration.layers {
          let at = "model.layers.\(layer).self_attn."
          let (query, key, value) = (
            parts[at + "q_proj.weight"] ?? [], parts[at + "k_proj.weight"] ?? [],
            parts[at + "v_proj.weight"] ?? []
          )
          let head = query.count / configuration.heads
          var bytes: [UInt8] = []
          for group in 0..<configuration.keyValueHeads {
            bytes += query[group * shared * head..<(group + 1) * shared * head]
            bytes += key[group * head..<(group + 1) * head]
            bytes += value[group * head..<(group + 1) * head]
          }
          let rows = (configuration.heads + 2 * configuration.keyValueHeads) * dimension
          others.append(
            (
              try #require(
                TensorDescription(
                  name: TensorName(at + "qkv.weight"), elementType: tensors[0].0.elementType,
                  shape: [rows, configuration.hiddenSize])), bytes
            ))
        }
        return others
      })
    #expect(try fused == logits(model(#"{"like": "qwen3"}"#)))
  }

  @Test func `norms may come after the rotation`() throws {
    let after = try logits(model(#"{"like": "qwen3", "norms_after_rotation": true}"#))
    #expect(try after != logits(model(#"{"like": "qwen3"}"#)))
  }

  /// Members of config.json that no description expresses.
  static let members: [(String, JSONValue)] = [
    ("embedding_multiplier", 12), ("residual_multiplier", .double(0.2)), ("logits_scaling", 8),
    ("logit_scale", .double(0.0625)), ("scale_emb", 12), ("no_rope_layers", [1, 0, 1, 0]),
    ("no_rope_layer_interval", 4), ("clip_qkv", 8), ("alibi", true), ("rotary_dim", 4),
    ("attention_multiplier", .double(0.5)), ("rope_interleave", true), ("use_qk_norm", false),
    ("parallel_attn", true),
    ("model_type", "hunyuan_v1_dense"),
  ]

  @Test(arguments: members)
  func `a key that the description does not express is refused by name`(
    key: String, value: JSONValue
  ) throws {
    let error = #expect(throws: ModelError.self) {
      try model(#"{"like": "qwen3", "name": "mine"}"#, [key: value])
    }
    #expect(error?.description.contains(": \(key): expected") == true, "\(error.debugDescription)")
  }

  @Test func `values without an effect are accepted`() throws {
    let plain = try logits(model(#"{"like": "qwen3"}"#))
    let neutral: [String: JSONValue] = [
      "embedding_multiplier": 1, "logit_scale": .double(1), "no_rope_layers": [1, 1],
      "clip_qkv": .null, "alibi": false, "use_qk_norm": true,
    ]
    #expect(try logits(model(#"{"like": "qwen3"}"#, neutral)) == plain)
  }

  @Test(arguments: [
    "lm_head.bias", "model.layers.0.self_attn.q_proj.bias", "model.layers.1.mlp.gate.weight",
    "model.layers.0.post_feedforward_layernorm.weight",
  ])
  func `a tensor that the description leaves out is refused by name`(name: String) throws {
    let error = #expect(throws: ModelError.self) {
      try model(#"{"like": "qwen3"}"#) { tensors, _ in
        let tensor = try #require(
          TensorDescription(name: TensorName(name), elementType: .f32, shape: [1]))
        return tensors + [(tensor, floatBytes([1]))]
      }
    }
    #expect(error?.description.contains("has no tensor \(name)") == true)
  }

  /// Descriptions that contradict themselves, and the field that is refused.
  static let contradictions: [(String, String)] = [
    (#""gated": false"#, "names.gate: expected no name, because gated is false"),
    (#""positions": {"learned_from": 0}"#, "names.position_embedding: expected a name"),
    (
      #""tensors": {"transformers": {"names": {"position_embedding": "p.weight"}}}"#,
      "names.position_embedding: expected no name, because positions are rotary"
    ),
    (
      #""tensors": {"transformers": {"names": {"up": "model.up.weight"}}}"#,
      "names.up: expected a name with {layer}"
    ),
    (
      #""tensors": {"transformers": {"names": {"output": "h.{layer}.weight"}}}"#,
      "names.output: expected a name without {layer}"
    ),
    (
      #""attention_bias": true, "tensors": {"transformers": {"names": {"query": "{layer}.q"}}}"#,
      "names.query: expected a name that ends in weight"
    ),
    (
      #""tensors": {"transformers": {"names": {"query_key_value": "{layer}.qkv.weight"}}}"#,
      "names.query: expected no name beside query_key_value"
    ),
    (
      #""tensors": {"transformers": {"names": {"value": null}}}"#,
      "names.value: expected a name, or query_key_value"
    ),
    (
      #""tensors": {"transformers": {"names": {"up": "{layer}.x.weight", "gate": "{layer}.x.weight"}}}"#,
      "expected another name than gate"
    ),
    (
      #""parallel": true, "tensors": {"transformers": {"names": {"feed_forward_stream_norm": "{layer}.n.weight"}}}"#,
      "names.feed_forward_stream_norm: expected no name"
    ),
    (#""tensors": {"gguf": {"transposed": true}}"#, "gguf.transposed: expected false"),
  ]

  @Test(arguments: contradictions)
  func `options that contradict each other are refused`(options: String, words: String) throws {
    let error = #expect(throws: ModelError.self) { try model("{\"like\": \"qwen3\", \(options)}") }
    #expect(error?.description.contains(words) == true, "\(error.debugDescription)")
  }
}
