import Architectures
import JSON
package import Tensors

extension Model {
  /// Throws if the tensors do not match the configuration, or are more than the family has.
  func checkTensors() throws(ModelError) {
    guard let method = try quantizationMethod() else {
      try checkShapes()
      return try checkUnclaimed()
    }
    // The key stays in configurations of weights that were restored.
    let isPlain =
      if case .success = Result(catching: { () throws(ModelError) in try checkShapes() }) {
        unclaimed(besides: Self.masks).isEmpty
      } else { false }
    guard isPlain else {
      throw .unsupported(
        path: path, what: "its weights are quantised (quantization_config: \(method))",
        advice: "use the checkpoint that it was made from")
    }
  }

  private func quantizationMethod() throws(ModelError) -> String? {
    guard checkpoint.naming == .transformers, let document = try checkpoint.document("config.json")
    else { return nil }
    do throws(JSONFieldError) {
      let key = "quantization_config"
      guard let quantization = try JSONField(document).optional(key) else { return nil }
      return try quantization.optional("quant_method")?.string() ?? "unknown"
    } catch {
      throw .configuration(path: path, file: "config.json", error)
    }
  }

  /// Throws for tensors that the forward pass would leave out.
  ///
  /// Transformers ignores them in its own families; llama.cpp refuses them.
  private func checkUnclaimed() throws(ModelError) {
    let isGGUF = checkpoint.naming == .gguf
    guard isGGUF || family.isDescribed else { return }
    guard let name = unclaimed(besides: isGGUF ? Self.heads : Self.masks + Self.heads).first else {
      return
    }
    let owner = family.isDescribed ? "described family" : "architecture"
    throw .unsupported(
      path: path, what: "the \(owner) \(family.name) has no tensor \(name.text)",
      advice: isGGUF
        ? "its \(configuration.layers) layers would be another model without it"
        : "the model would be another without it")
  }

  /// Tensors in layers, and parameters of named tensors, that no role has.
  private func unclaimed(besides harmless: [String]) -> [TensorName] {
    var claimed = Set(roles.keys)
    if let output = tensorName(.output), configuration.tiedOutput {
      claimed.insert(TensorName(output))
    }
    if configuration.rotary != nil { claimed.formUnion(Self.rotaryNames) }
    return checkpoint.allNames.filter { name in
      !claimed.contains(name) && !harmless.contains { name.text.contains($0) }
    }
  }

  private static let rotaryNames: [TensorName] = [
    "rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight",
  ].map { TensorName($0) }
  /// Parts of the names of buffers with constants.
  private static let masks = [
    "inv_freq", "masked_bias", ".attn.bias", ".attention.bias", "position_ids",
  ]
  /// Whether a tensor is a buffer with constants, which nothing reads from files.
  package static func isBuffer(_ name: TensorName) -> Bool {
    masks.contains { name.text.contains($0) }
  }

  /// Parts of the names of layers that read the last hidden state beside the output projection.
  private static let heads = ["cls.", "score.", "classifier.", "pooler."]

  /// Throws if the tensors do not match the configuration.
  func checkShapes() throws(ModelError) {
    for (role, layer, shape) in configuration.expectedTensors(of: family, checkpoint.naming) {
      guard let name = tensorName(role, layer: layer) else { continue }
      if let unknown = checkpoint.unknownType(of: TensorName(name)) {
        throw .elementType(path: path, tensor: name, found: "type \(unknown)")
      }
      guard let tensor = checkpoint.tensor(TensorName(name)) else {
        throw .missingTensor(path: path, name: name)
      }
      guard tensor.shape == shape else {
        throw .shape(path: path, tensor: name, expected: shape, found: tensor.shape)
      }
      let type = tensor.elementType
      let isPlain = [.f16, .bf16, .f32, .f64].contains(type)
      guard isPlain || type.isQuantized && type.isDecodable else {
        throw .elementType(path: path, tensor: name, found: type.rawValue)
      }
    }
  }
}
