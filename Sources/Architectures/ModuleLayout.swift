/// Names of Transformers' modules that run a family's feed-forward networks.
///
/// All but ``Family/Modules`` is derived from the names of the family's tensors.
package struct ModuleLayout: Sendable, Equatable {
  /// The list of layers.
  package let layers: String
  /// The module of a layer that holds the projections; empty if the layer itself does.
  package let network: String
  /// The module of a layer that outputs attention.
  package let attention: String
  /// The same as ``up`` if both are one projection, gate first; nil without a gate.
  package let gate: String?
  package let up: String
  package let down: String
  package let activation: String
  package let dropout: String?
  /// Whether projections have a row for each input.
  package let isTransposed: Bool
  /// The norm before the network, which reads the residual stream that the output is added to;
  /// nil if the network itself reads it, or the layer's input is that stream.
  package let inputNorm: String?
  /// The norm applied to the network's output.
  package let outputNorm: String?
  /// Whether attention and network run in parallel.
  package let isParallel: Family.Flag
  /// Whether the network adds the residual stream to its output.
  package let addsStream: Bool
  /// Key of the factor of what the network adds to the residual stream; nil without one.
  package let factor: String?

  /// Nil if Transformers predicts no tokens with the family, or its modules have another form.
  package init?(_ family: Family) {
    guard let modules = family.modules, !family.isEncoder,
      let names = family.layouts[.transformers]?.names,
      let down = Place(names[.down]), let up = Place(names[.up] ?? names[.gateUp]),
      let attention = Place(names[.attentionOutput])
    else { return nil }
    let gate = Place(names[.gate] ?? names[.gateUp])
    // The norm of a layer is a module of the layer itself.
    let norms = [TensorRole.feedForwardNorm, .feedForwardOutputNorm]
      .map { (name: names[$0], place: Place(names[$0])) }
    guard family.gated == (gate != nil),
      [up, gate ?? up].allSatisfy({ ($0.layers, $0.parent) == (down.layers, down.parent) }),
      norms.allSatisfy({ $0.name == nil || $0.place?.isModule(of: down.layers) == true }),
      attention.layers == down.layers, !attention.parent.isEmpty,
      names[.attentionStreamNorm] == nil, names[.feedForwardStreamNorm] == nil
    else { return nil }
    layers = down.layers
    network = down.parent
    self.attention = attention.parent
    self.gate = gate?.module
    self.up = up.module
    self.down = down.module
    activation = modules.activation
    dropout = modules.dropout
    isTransposed = family.layouts[.transformers]?.isTransposed ?? false
    inputNorm = family.isParallel == .always ? nil : norms[0].place?.module
    outputNorm = norms[1].place?.module
    isParallel = family.isParallel
    addsStream = modules.addsStream
    factor = family.keys.residualFactor
  }

  /// Parts of the name of a layer's weight: `layers.{layer}.parent.module.weight`.
  private struct Place {
    let layers: String
    /// Empty if the layer holds the module.
    let parent: String
    let module: String

    func isModule(of layers: String) -> Bool { self.layers == layers && parent.isEmpty }

    /// Nil for a missing name, or one of another form.
    init?(_ name: String?) {
      let parts = name?.split(separator: ".{layer}.", omittingEmptySubsequences: false) ?? []
      let words = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
      guard parts.count == 2, words.count > 1, words.last == "weight" else { return nil }
      layers = String(parts[0])
      parent = words.dropLast(2).joined(separator: ".")
      module = String(words[words.count - 2])
    }
  }
}
