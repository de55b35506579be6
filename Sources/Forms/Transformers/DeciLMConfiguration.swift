import Architectures
package import Checkpoints
package import JSON
import Kernels

/// A LLaMA-shaped model whose layers differ in width, in the form of the Nemotron-NAS models
/// (`DeciLMForCausalLM`).
///
/// Their configuration stores a factor per layer instead of a width; readers compute the width as
/// `2 · factor · D / 3`, truncated to an integer and rounded up to a multiple of 256.
package struct DeciLMConfiguration: Sendable {
  /// Reason why a model cannot have this form.
  package enum Obstacle: Error, Equatable, Sendable {
    case family(String)
    /// A feature that LLaMA lacks, or that only some readers support.
    case feature(String)
    /// A layer width that is not a multiple of 256.
    case width(Int, layer: Int)
  }

  package static let multiple = BlockConfigurations.multiple
  package static let modelType = "nemotron-nas"
  static let layersKey = BlockConfigurations.key

  let configuration: ModelConfiguration
  let widths: [Int]

  package init(_ model: Model, widths: [Int]) throws(Obstacle) {
    let configuration = model.configuration
    guard ["llama", "mistral"].contains(model.family.name), model.family.wrapper == nil else {
      throw .family(model.family.name)
    }
    guard configuration.activation == .silu else {
      throw .feature("the activation \(configuration.activation.rawValue)")
    }
    guard configuration.biases.isDisjoint(with: [.gateBias, .upBias, .downBias]) else {
      throw .feature("biases in feed-forward layers")
    }
    guard configuration.headDimension * configuration.heads == configuration.hiddenSize,
      configuration.rotary?.dimension == configuration.headDimension
    else {
      throw .feature("heads that together differ from the hidden size, or that are rotated in part")
    }
    guard configuration.spans.allSatisfy({ $0 ?? .max >= configuration.contextLength }) else {
      throw .feature("attention windows")
    }
    for (layer, width) in widths.enumerated()
    where Self.multiplier(width: width, hiddenSize: configuration.hiddenSize) == nil {
      throw .width(width, layer: layer)
    }
    self.configuration = configuration
    self.widths = widths
  }

  /// Factor for a width; nil if the width is not a multiple of 256.
  ///
  /// The factor maps to the middle of the interval that rounds up to the width, and has six decimal
  /// places, so readers that round it to six places, or compute in another order, get the same
  /// width.
  package static func multiplier(width: Int, hiddenSize: Int) -> Double? {
    guard width > 0, width % multiple == 0 else { return nil }
    let factor = 3 * Double(width - multiple / 2) / Double(2 * hiddenSize)
    let rounded = (factor * 1e6).rounded() / 1e6
    return self.width(multiplier: rounded, hiddenSize: hiddenSize) == width ? rounded : nil
  }

  /// Width that readers compute from a factor.
  package static func width(multiplier: Double, hiddenSize: Int) -> Int? {
    BlockConfigurations.width(multiplier: multiplier, hiddenSize: hiddenSize)
  }

  /// Widths of all layers in a `config.json` of this form; nil for any other.
  package static func widths(_ document: JSONValue?) -> [Int]? {
    guard let root = document?.object, let blocks = root[layersKey]?.array,
      let hiddenSize = root["hidden_size"]?.int, (1...1 << 24).contains(hiddenSize)
    else { return nil }
    let widths = blocks.compactMap { block -> Int? in
      guard let network = block.object?["ffn"]?.object else { return nil }
      if let size = network["intermediate_size"]?.int { return size }
      return network["ffn_mult"]?.double.flatMap {
        width(multiplier: $0, hiddenSize: hiddenSize)
      }
    }
    return widths.count == blocks.count ? widths : nil
  }

  /// Converts the source's `config.json` to this form.
  func document(_ source: JSONObject) -> JSONObject {
    var object = source
    object["model_type"] = .string(Self.modelType)
    object["architectures"] = ["DeciLMForCausalLM"]
    object["auto_map"] = nil
    object["intermediate_size"] = .null
    object["num_key_value_heads"] = .null
    object["hidden_act"] = "silu"
    object["mlp_bias"] = false
    if object["attention_bias"] == nil { object["attention_bias"] = false }
    addRotation(&object)
    let group = configuration.heads / configuration.keyValueHeads
    object[Self.layersKey] = .array(
      widths.map { width in
        let factor = Self.multiplier(width: width, hiddenSize: configuration.hiddenSize) ?? 0
        return [
          "attention": [
            "n_heads_in_group": .int(group), "no_op": false, "num_sink_tokens": .null,
            "replace_with_linear": false, "sparsify": .null, "unshifted_sink": false,
            "use_prefill_window_in_sink_attention": false, "window_length": .null,
          ],
          "ffn": [
            "ffn_mult": .fraction(factor), "no_op": false, "replace_with_linear": false,
            "sparsify": .null,
          ],
        ]
      })
    return object
  }

  /// Adds the older RoPE keys, which all readers know, if the source has newer ones or none.
  private func addRotation(_ object: inout JSONObject) {
    let parameters = object["rope_parameters"]?.object
    if object["rope_theta"] == nil {
      object["rope_theta"] = parameters?["rope_theta"] ?? .fraction(10_000)
    }
    guard object["rope_scaling"] == nil, var scaling = parameters else { return }
    scaling["rope_theta"] = nil
    object["rope_scaling"] = scaling["rope_type"] == "default" ? .null : .object(scaling)
  }
}
