/// H of every feed-forward layer of a model; usually the same for all.
package struct NeuronCounts: Sendable, Equatable {
  /// One for each layer, at least one.
  package let layers: [Int]
  /// Divisor of costs: their mean over layers is then a share of the parameters of all layers.
  package let mean: Double

  /// - Parameter layers: at least one count, all above 0.
  package init(_ layers: [Int]) {
    precondition(!layers.isEmpty, "no layers")
    self.layers = layers
    mean = Double(layers.reduce(0, +)) / Double(layers.count)
  }

  package init(_ neurons: Int, layers: Int) {
    self.init([Int](repeating: neurons, count: layers))
  }

  package subscript(layer: Int) -> Int { layers[layer] }

  /// H of all layers; nil if they differ.
  package var uniform: Int? { layers.allSatisfy { $0 == layers[0] } ? layers[0] : nil }
  package var widest: Int { layers.reduce(0, max) }
  package var narrowest: Int { layers.reduce(widest, min) }
  package var total: Int { layers.reduce(0, +) }

  /// Share of all neurons in experts of these widths, one for each layer.
  package func share(of widths: [Int]) -> Double {
    func sum(_ counts: [Int]) -> Double { counts.reduce(0.0) { $0 + Double($1) / mean } }
    return sum(widths) / sum(layers)
  }
}
