extension DeciLMForm.Obstacle: CustomStringConvertible {
  /// Continues a sentence that begins with "DeciLM", and names a remedy.
  package var description: String {
    switch self {
    case .family(let name): "is for LLaMA and Mistral, not for \(name): \(Self.wayOut)"
    case .feature(let what): "has no \(what): \(Self.wayOut)"
    case .width(let width, let layer):
      """
      has multiples of \(DeciLMForm.multiple) alone, not \(width) as layer \(layer): partition with \
      --align \(DeciLMForm.multiple), use --format gguf, or \(Self.wayOut)
      """
    }
  }

  private static let wayOut =
    "leave out --expert for the form with routers, or partition with equal --fractions"
}
