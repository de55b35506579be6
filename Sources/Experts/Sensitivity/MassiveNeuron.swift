/// Neuron whose loss alone harms the predictions of a model, by a massive activation.
package struct MassiveNeuron: Sendable, Equatable {
  package let layer: Int
  package let peak: ActivationPeak
  /// Smallest expert that holds it.
  package let expert: Int
  /// Kullback–Leibler divergence of the predictions without it from those of the dense model, mean
  /// over tokens, in nats.
  package let divergence: Double

  package init(layer: Int, peak: ActivationPeak, expert: Int, divergence: Double) {
    self.layer = layer
    self.peak = peak
    self.expert = expert
    self.divergence = divergence
  }

  /// Divergence from which on a loss counts: about a hundredth of the perplexity.
  package static let harm = 0.01
}
