import Experts
import Forms

extension Advice {
  static func advice(for error: FormError) -> String? {
    switch error {
    case .otherNames: "--format hf needs a .dmoe that was made from safetensors"
    case .mixedWidths(_, _, let obstacle): advice(for: obstacle)
    case .inexpressibleWidths: "take another expert, or partition with other --fractions"
    case .notAllExperts: "give the whole file, or take one of these (--expert)"
    case .derivedWidth(_, let hasGGUF):
      hasGGUF ? "take all experts, or use --format gguf" : "take all experts"
    case .notRoutable: "take one expert (--expert)"
    case .mixedWidthsInGGUF: "take another expert, or partition with equal --fractions"
    case .notInGGUF:
      "use --format hf, then llama.cpp's convert_hf_to_gguf.py, if it knows the model"
    case .noRefit(_, .hasNoTokens): "leave out --refit, or partition with --text and --keep-tokens"
    case .noRefit: "leave out --refit"
    case .beyondType: "use --type bf16"
    case .recoded: "use --format gguf, or partition with --down keep"
    case .notRouted:
      "give one that export --format hf wrote, or convert a dense checkpoint with: "
        + "dynamoe partition"
    case .otherReport: "give the right one with --report"
    case .unknownExpertTensor, .permutation: nil
    }
  }

  private static func advice(for obstacle: DeciLMConfiguration.Obstacle) -> String {
    let others = "leave out --expert for the form with routers, or partition with equal --fractions"
    return switch obstacle {
    case .family, .feature: others
    case .width:
      "partition with --align \(DeciLMConfiguration.multiple), use --format gguf, or \(others)"
    }
  }
}
