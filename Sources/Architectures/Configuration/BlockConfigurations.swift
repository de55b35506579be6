package import JSON

/// Layers of a Nemotron-NAS model (`DeciLMForCausalLM`), which `config.json` describes one by one.
package struct BlockConfigurations: Sendable {
  package static let key = "block_configs"
  package static let multiple = 256

  /// H of each layer.
  package let widths: [Int]
  /// Number of queries that share a key; nil unless all layers have attention, and the same.
  package let group: Int?

  /// - Throws: ``JSONFieldError`` for layers without a network, and for missing or invalid keys.
  package init(_ document: JSONValue) throws(JSONFieldError) {
    let root = JSONField(document)
    let hiddenSize = try root.member("hidden_size").int(in: 1...1 << 24)
    let layers = try root.member("num_hidden_layers").int(in: 1...1 << 16)
    let field = try root.member(Self.key)
    var widths: [Int] = []
    var groups: [Int?] = []
    for block in try field.elements() {
      widths.append(try Self.width(of: block.member("ffn"), hiddenSize: hiddenSize))
      groups.append(try Self.group(of: block.member("attention")))
    }
    guard widths.count == layers else {
      throw field.mismatch(expected: "one for each of \(layers) layers")
    }
    self.widths = widths
    group = groups.allSatisfy { $0 == groups[0] } ? groups[0] : nil
  }

  /// The family of the model, which is run only if attention is the same in all layers.
  package func family(_ family: Family) -> Family {
    group == nil
      ? family.withoutRunning("layers without attention, or with their own number of keys")
      : family
  }

  /// Configuration with the number of keys, which only the blocks state.
  package func completed(_ document: JSONValue) -> JSONValue {
    guard var object = document.object, let group,
      let heads = object["num_attention_heads"]?.int, heads % group == 0
    else { return document }
    object["num_key_value_heads"] = .int(heads / group)
    return .object(object)
  }

  /// Width that readers compute from a factor.
  package static func width(multiplier: Double, hiddenSize: Int) -> Int? {
    let size = 2 * multiplier * Double(hiddenSize) / 3
    guard size >= 0, size < 0x1p40 else { return nil }
    return (Int(size) + multiple - 1) / multiple * multiple
  }

  private static func width(
    of network: JSONField, hiddenSize: Int
  ) throws(JSONFieldError) -> Int {
    for name in ["no_op", "replace_with_linear"] {
      guard let field = try network.optional(name), try field.bool() else { continue }
      throw field.mismatch(
        expected: "false, because layers without a network are not supported", isUnsupported: true)
    }
    let range = 1...1 << 24
    if let size = try network.optional("intermediate_size") { return try size.int(in: range) }
    let factor = try network.member("ffn_mult")
    guard let width = width(multiplier: try factor.double(), hiddenSize: hiddenSize),
      range.contains(width)
    else { throw factor.mismatch(expected: "a factor above 0") }
    return width
  }

  /// Number of queries that share a key; nil for no attention, or another than LLaMA's.
  private static func group(of attention: JSONField) throws(JSONFieldError) -> Int? {
    for name in [
      "no_op", "replace_with_linear", "unshifted_sink", "use_prefill_window_in_sink_attention",
    ] {
      if let field = try attention.optional(name), try field.bool() { return nil }
    }
    for name in ["sparsify", "window_length", "num_sink_tokens"] {
      guard try attention.optional(name) == nil else { return nil }
    }
    return try attention.optional("n_heads_in_group")?.int(in: 1...1 << 24)
  }
}
