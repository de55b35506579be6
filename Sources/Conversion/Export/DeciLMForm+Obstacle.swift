extension DeciLMForm.Obstacle: CustomStringConvertible {
  /// As it goes on behind "DeciLM".
  package var description: String {
    switch self {
    case .family(let name): "is for LLaMA and Mistral, not for \(name)"
    case .feature(let what): "has no \(what)"
    case .width(let width, let layer):
      """
      has multiples of \(DeciLMForm.multiple) alone, not \(width) as layer \(layer): partition with \
      --align \(DeciLMForm.multiple) or equal --fractions
      """
    }
  }
}
