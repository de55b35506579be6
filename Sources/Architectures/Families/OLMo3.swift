import JSON

import enum Kernels.Activation

extension Family {
  /// OLMo 3 (allenai.org, 2025): OLMo 2 with windows in three of four layers, which scaling of
  /// positions leaves alone.
  package static let olmo3 = {
    var family = Family.olmo2
    family.name = "olmo3"
    family.title = "OLMo 3"
    family.modelTypes = ["olmo3"]
    family.keys.window = "sliding_window"
    family.defaults["sliding_window"] = 4096
    family.gguf?.told.formUnion([.window, .windowPattern])
    family.windowedLayers = .allButEvery(4, key: nil)
    family.rotaryBase = 500_000
    family.windowedRotaryBase = WindowedBase(key: nil, usual: 500_000)
    return family
  }()
}
