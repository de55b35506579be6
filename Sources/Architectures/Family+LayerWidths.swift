extension Family {
  /// Statement of the widths of layers in `config.json`.
  package enum LayerWidths: Sendable, Equatable {
    /// One number for all layers.
    case single
    /// One number, or an array with one for each layer, under the same key.
    case list
    /// Factors of the hidden size, for each layer or for all, rounded to multiples of a divisor.
    case factors(key: String, divisor: String)
    /// One number, which a flag doubles in some layers.
    case doubled(flag: String)
    /// Descriptions of blocks (``BlockConfigurations``).
    case blocks
  }

  /// Copy whose layers are not run: only the tensors of the networks and the embeddings are known.
  func withoutRunning(_ reason: String) -> Family {
    var family = self
    family.unrun = reason
    family.gguf = nil
    family.positions = .learned(first: 0)
    family.keys.keyValueHeads = nil
    family.keys.headDimension = nil
    family.keys.normEpsilon = nil
    let roles: Set<TensorRole> = [.tokenEmbedding, .output, .gate, .up, .gateUp, .down]
    family.layouts[.transformers]?.names = (layouts[.transformers]?.names ?? [:]).filter {
      roles.contains($0.key)
    }
    family.layouts[.gguf] = nil
    return family
  }
}
