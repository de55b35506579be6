extension Family {
  /// Llama-Nemotron (arXiv 2505.00949), LLaMA with layers made by a search.
  package static let nemotronNAS: Family = {
    var family = llama
    family.name = "nemotron_nas"
    family.title = "Llama-Nemotron"
    family.modelTypes = ["nemotron-nas"]
    family.layerWidths = .blocks
    // Its code is NVIDIA's, and not a part of Transformers.
    family.modules = nil
    return family
  }()
}
