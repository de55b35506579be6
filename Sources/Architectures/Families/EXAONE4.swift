import JSON

import enum Kernels.Activation

extension Family {
  /// EXAONE 4 (arXiv 2507.11407): norms after both networks; in models with windows, layers without
  /// one have no positions.
  package static let exaone4 = Family(
    name: "exaone4",
    title: "EXAONE 4",
    modelTypes: ["exaone4"],
    keys: FamilyKeys(window: "sliding_window"),
    defaults: sizes(
      vocabulary: 102_400, hidden: 4096, intermediate: 16_384, layers: 32, heads: 32, context: 2048,
      epsilon: 1e-5, activation: "silu"
    ).merging(["num_key_value_heads": 32, "sliding_window": 4096]) { $1 },
    gguf: GGUF(
      architecture: "exaone4", activation: .silu,
      told: [.vocabularySize, .keyValueHeads, .window, .windowPattern, .rotaryBase],
      divisors: .single,
      windowPeriod: 4, windowedCounts: [64], optional: [.window: 4096], outputBiases: .absent),
    windowedLayers: .allButEvery(4, key: "sliding_window_pattern"),
    unrotatedLayers: .unwindowed,
    layouts: [.transformers: .normsBehind, .gguf: .ggufNormsBehind],
    modules: Modules(activation: "act_fn"))
}
