extension DeciLMConfiguration.Obstacle: CustomStringConvertible {
  /// Predicate of a sentence whose subject is "DeciLM".
  package var description: String {
    switch self {
    case .family(let name): "is for LLaMA and Mistral, not for \(name)"
    case .feature(let what): "has no \(what)"
    case .width(let width, let layer):
      "takes only multiples of \(DeciLMConfiguration.multiple), not \(width) as in layer \(layer)"
    }
  }
}
