import Architectures
import Checkpoints
import TestSupport
import Testing

/// Models whose layers differ in width.
@Suite struct LayerWidthTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let network = "{\"ffn_mult\": null, \"intermediate_size\": WIDTH}"
  private static let attention = "{\"n_heads_in_group\": 2, \"no_op\": false}"

  /// A Llama-Nemotron of two layers, 12 and 20 neurons wide, with other blocks in its configuration.
  private func model(
    networks: [String] = [12, 20].map { network.replacing("WIDTH", with: "\($0)") },
    attention: [String] = [attention, attention]
  ) throws -> Model {
    let (narrow, wide) = (TinyLlama(intermediateSize: 12), TinyLlama(intermediateSize: 20))
    var llama = narrow
    for index in llama.tensors.indices where llama.tensors[index].name.contains("layers.1.mlp") {
      llama.tensors[index] = wide.tensors[index]
    }
    let blocks = zip(attention, networks).map { "{\"attention\": \($0), \"ffn\": \($1)}" }
    llama.config["model_type"] = "\"nemotron-nas\""
    llama.config["block_configs"] = "[\(blocks.joined(separator: ", "))]"
    for key in ["intermediate_size", "num_key_value_heads"] { llama.config[key] = "null" }
    try llama.write(to: folder)
    return try Model(path: folder.path)
  }

  @Test func `blocks state the widths and the keys`() throws {
    let model = try model()
    #expect(model.family.unrun == nil)
    #expect(model.configuration.neurons == NeuronCounts([12, 20]))
    #expect(model.configuration.keyValueHeads == 2)
  }

  @Test(arguments: [
    "{\"no_op\": true}", "{\"n_heads_in_group\": 1}", "{\"replace_with_linear\": true}",
    "{\"n_heads_in_group\": 2, \"window_length\": 8}", "{\"n_heads_in_group\": null}",
  ])
  func `a model with other attention is not run`(attention: String) throws {
    let model = try model(attention: [Self.attention, attention])
    #expect(model.family.unrun != nil && model.configuration.neurons == NeuronCounts([12, 20]))
    #expect(throws: ModelError.self) { try model.checkRuns() }
  }

  @Test(arguments: [
    ("{\"no_op\": true}", "without a network"),
    ("{\"replace_with_linear\": true, \"intermediate_size\": 20}", "without a network"),
    ("{\"intermediate_size\": 0}", "intermediate_size"), ("{\"ffn_mult\": -1}", "ffn_mult"),
    ("{\"ffn_mult\": 0}", "ffn_mult"), ("{\"ffn_mult\": 1e300}", "ffn_mult"), ("{}", "ffn_mult"),
    ("{\"intermediate_size\": 24}", "layers.1.mlp"),
  ])
  func `a network that is not there is refused by name`(network: String, words: String) throws {
    let first = Self.network.replacing("WIDTH", with: "12")
    let error = #expect(throws: ModelError.self) { try model(networks: [first, network]) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
  }

  @Test func `every layer has a block`() throws {
    let first = Self.network.replacing("WIDTH", with: "12")
    let error = #expect(throws: ModelError.self) { try model(networks: [first]) }
    #expect(error?.description.contains("block_configs") == true)
  }

  @Test func `shares of all neurons are exact for all and none`() {
    let counts = NeuronCounts([3, 7, 49])
    #expect(counts.share(of: [3, 7, 49]) == 1 && counts.share(of: [0, 0, 0]) == 0)
    #expect(abs(counts.share(of: [1, 0, 0]) - 1 / 59) < 1e-15)
    #expect(counts.uniform == nil && counts.widest == 49 && counts.narrowest == 3)
    #expect(NeuronCounts(5, layers: 2) == NeuronCounts([5, 5]))
    #expect(NeuronCounts([5, 5]).uniform == 5)
  }
}
