import Kernels

/// Largest contribution of a neuron to the residual stream at any token.
///
/// A contribution that is far longer than the stream that it joins is a massive activation ("Massive
/// Activations in Large Language Models", arXiv 2402.17762). A mean over tokens hides it, as it may
/// occur only at the first token of a window.
package struct ActivationPeak: Sendable, Equatable {
  /// In the order of the model.
  package let neuron: Int
  /// Length of the contribution over that of the residual stream before the layer.
  package let ratio: Double
  /// Position in the window.
  package let position: Int

  package init(neuron: Int, ratio: Double, position: Int) {
    self.neuron = neuron
    self.ratio = ratio
    self.position = position
  }

  /// Number of neurons of a layer that are kept, and of all layers that are tried.
  private static let (layerLimit, limit) = (2, 8)

  /// Largest number of neurons that ``strongest(of:)`` gives.
  ///
  /// - Parameter layers: number of layers.
  /// - Returns: the number.
  package static func count(layers: Int) -> Int { min(limit, layers * layerLimit) }

  /// Peaks of a window that are longer than the residual stream, longest first.
  ///
  /// - Parameters:
  ///   - hidden: T × H, values of the neurons.
  ///   - lengths: length of the row of down of each neuron.
  ///   - weights: factor for each token that makes squared outputs relative to the stream.
  /// - Returns: at most as many as are kept for a layer.
  static func peaks(of hidden: Matrix, lengths: [Double], weights: [Double]) -> [ActivationPeak] {
    let squares = hidden.columnSquareMaxima(weights: weights)
    let found = squares.indices.compactMap { neuron -> (neuron: Int, ratio: Double)? in
      let ratio = Double(squares[neuron]).squareRoot() * lengths[neuron]
      return ratio.isFinite && ratio >= 1 ? (neuron, ratio) : nil
    }
    return found.sorted { $0.ratio > $1.ratio }.prefix(layerLimit).map { peak in
      let position = weights.indices.max { first, second in
        hidden.square(first, peak.neuron) * weights[first]
          < hidden.square(second, peak.neuron) * weights[second]
      }
      return ActivationPeak(neuron: peak.neuron, ratio: peak.ratio, position: position ?? 0)
    }
  }

  /// The longest peaks, one for each neuron.
  static func longest(_ peaks: [ActivationPeak]) -> [ActivationPeak] {
    var seen: Set<Int> = []
    let sorted = peaks.sorted { ($1.ratio, $0.neuron) < ($0.ratio, $1.neuron) }
    return Array(sorted.filter { seen.insert($0.neuron).inserted }.prefix(layerLimit))
  }

  /// The longest peaks of all layers.
  ///
  /// - Parameter layers: peaks by layer.
  /// - Returns: those that are worth a trial, longest first.
  package static func strongest(of layers: [[ActivationPeak]]) -> [(layer: Int, peak: Self)] {
    let all = layers.enumerated().flatMap { layer, peaks in peaks.map { (layer: layer, peak: $0) } }
    return Array(all.sorted { $0.peak.ratio > $1.peak.ratio }.prefix(limit))
  }
}

extension Matrix {
  fileprivate func square(_ row: Int, _ column: Int) -> Double {
    let value = Double(values[row * columns + column])
    return value * value
  }
}
