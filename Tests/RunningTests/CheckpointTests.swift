import Architectures
import Checkpoints
import DMOE
import Safetensors
import TestSupport
import Testing

@Suite struct CheckpointTests {
  private func open(_ llama: TinyLlama) throws -> (Model, TemporaryFolder) {
    let folder = try TemporaryFolder()
    try llama.write(to: folder)
    return (try Model(path: folder.path), folder)
  }

  private func error(_ llama: TinyLlama) throws -> (ModelError?, path: String) {
    let folder = try TemporaryFolder()
    try llama.write(to: folder)
    return (#expect(throws: ModelError.self) { try Model(path: folder.path) }, folder.path)
  }

  @Test func `the names of tensors carry the number of the layer`() {
    let llama = Family.llama
    #expect(llama.tensorName(.up, layer: 11) == "model.layers.11.mlp.up_proj.weight")
    #expect(llama.tensorName(.output) == "lm_head.weight")
    let perLayer = TensorRole.allCases.filter(\.isPerLayer)
    for family in Family.known {
      // Two norms may be one tensor, and a first layer may lack one.
      let names = (0..<3).map { layer in
        Set(perLayer.compactMap { family.tensorName($0, layer: layer) })
      }
      #expect(Set(names.joined()).count == names.map(\.count).reduce(0, +), "\(family.name)")
      #expect(names[1].count == names[2].count, "\(family.name)")
    }
  }

  @Test func `every tensor that the configuration asks for must be there`() throws {
    let whole = TinyLlama(layers: 1)
    // Models without an output projection are accepted.
    for tensor in whole.tensors where tensor.name != "lm_head.weight" {
      var llama = whole
      llama[tensor: tensor.name] = nil
      let (found, path) = try error(llama)
      #expect(found == .missingTensor(path: path, name: tensor.name))
    }
    var deep = whole
    deep.config["num_hidden_layers"] = "65536"
    let (found, path) = try error(deep)
    #expect(
      found == .missingTensor(path: path, name: "model.layers.1.input_layernorm.weight"))
  }

  @Test func `every tensor must have its shape`() throws {
    let whole = TinyLlama(layers: 1)
    for tensor in whole.tensors {
      var llama = whole
      let wrong = tensor.shape.count == 1 ? [2, 4] : [tensor.shape[0] / 2, tensor.shape[1] * 2]
      llama[tensor: tensor.name]?.shape = wrong
      let (found, path) = try error(llama)
      #expect(
        found == .shape(path: path, tensor: tensor.name, expected: tensor.shape, found: wrong))
    }
  }

  @Test(arguments: ["I32", "U32"])
  func `weights must be floating-point numbers`(type: String) throws {
    var llama = TinyLlama(layers: 1)
    llama[tensor: "lm_head.weight"]?.type = type
    let (found, path) = try error(llama)
    #expect(found == .elementType(path: path, tensor: "lm_head.weight", found: type))
  }

  @Test func `biases are asked for by the configuration alone`() throws {
    var llama = TinyLlama(layers: 1)
    llama.config["mlp_bias"] = "true"
    let (found, path) = try error(llama)
    #expect(
      found == .missingTensor(path: path, name: "model.layers.0.mlp.gate_proj.bias"))
    llama.config["mlp_bias"] = nil
    // A bias that the configuration does not use is ignored, whatever its shape.
    llama.tensors.append(
      .init(
        name: "model.layers.0.mlp.gate_proj.bias", type: "F32", shape: [1], bytes: floatBytes([1])))
    let (model, folder) = try open(llama)
    let weights = try model.feedForward(layer: 0, parallel: .init(threads: 1))
    #expect(weights.gateBias == nil)
    _ = folder
  }

  @Test func `a tied model needs no output projection, and leaves one alone`() throws {
    var llama = TinyLlama(layers: 1)
    llama.config["tie_word_embeddings"] = "true"
    _ = try open(llama)
    llama[tensor: "lm_head.weight"] = nil
    _ = try open(llama)
  }

  // MARK: Formats

  /// First bytes of files that are not checkpoints, with names for the cases.
  static let starts: [(String, [UInt8])] = [
    ("GGUF", Array("GGUF".utf8) + [3, 0, 0, 0]),
    ("a zip archive", Array("PK\u{3}\u{4}".utf8) + [0x14, 0, 0, 0, 8, 8]),
    ("a pickle", [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9]),
    ("a younger pickle", [0x80, 0x04, 0x95, 0, 0, 0, 0, 0, 0, 0]),
    ("DMOE", Array("DMOE".utf8)), ("nothing", []),
  ]

  @Test(arguments: starts.map(\.0))
  func `a format is known by its first bytes, not by its name`(title: String) throws {
    let bytes = try #require(Self.starts.first { $0.0 == title }).1
    let folder = try TemporaryFolder()
    for name in ["model.safetensors", "model.bin", "model.dmoe", "model"] {
      let path = try folder.write(bytes, to: name)
      let found = #expect(throws: ModelError.self) { try Checkpoint(path: path) }
      switch title {
      case "GGUF":
        guard case .gguf = found else { fallthrough }
      case "DMOE":
        guard case .container = found else { fallthrough }
      case "nothing":
        #expect(found == .safetensors(.tooShort(path: path, length: 0)))
      case "a zip archive", "a pickle", "a younger pickle":
        #expect(found == .safetensors(.pickle(path: path, found: name)))
      default:
        Issue.record("\(title), called \(name): \(String(describing: found))")
      }
    }
  }

  @Test func `safetensors may have any name, and any length of header`() throws {
    let folder = try TemporaryFolder()
    let tensor = TinyLlama.Tensor(name: "a", type: "U8", shape: [3], bytes: [1, 2, 3])
    // The header lengths 640 and 66176 start with the bytes of a pickle.
    for length in [0, 72, 640, 66_176] {
      let path = try folder.write(
        safetensorsFile([tensor], headerLength: length), to: "model.bin")
      let checkpoint = try Checkpoint(path: path)
      #expect(checkpoint.tensors.map(\.name) == ["a"])
      #expect(checkpoint.container == nil)
      #expect(checkpoint.place?.file == "model.bin")
    }
  }

  @Test func `a path that leads nowhere is an error`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("missing")
    #expect(throws: ModelError.file(.missing(path: path))) { try Checkpoint(path: path) }
  }
}
