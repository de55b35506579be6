package import JSON
package import Tensors

/// Why a model cannot be written in a form, or read from one.
package enum FormError: Error, Equatable, Sendable {
  /// The tensors of a container have the names of llama.cpp.
  case otherNames(path: String)
  /// An expert has more neurons in one layer than in another, and DeciLM cannot say it.
  case mixedWidths(expert: Int, widths: [Int], DeciLMForm.Obstacle)
  /// All experts were asked for, and the file holds some.
  case notAllExperts(path: String, held: Int)
  /// Transformers has no model of the family that predicts tokens, or none that is known here.
  case notRoutable(path: String, family: String)
  /// An expert with layers of different widths, in GGUF.
  case mixedWidthsInGGUF(expert: Int, widths: [Int], architecture: String)
  /// What a GGUF file cannot say of a model or its tokenizer.
  case notInGGUF(path: String, what: String)
  /// A tensor has values that its new type cannot hold.
  case beyondType(tensor: String, type: ElementType)
  /// A tensor of a container is not stored as the source had it.
  case recoded(path: String, tensor: String)
  /// Only a folder with experts and routers can be imported.
  case notRouted(path: String, found: String)
  /// A tensor that none of the experts and routers of a folder has.
  case unknownExpertTensor(path: String, tensor: String)
  /// The order of a layer's neurons is none.
  case permutation(path: String, tensor: String, found: String)
  /// A report of another conversion.
  case otherReport(path: String, JSONFieldError)
}

extension FormError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .otherNames(let path):
      """
      \(path): made from a GGUF file, whose tensors have llama.cpp's names; --format hf needs a .dmoe \
      that was made from safetensors
      """
    case .mixedWidths(let expert, let widths, let obstacle):
      """
      --expert \(expert): its width differs between layers (\(widths.min() ?? 0) to \
      \(widths.max() ?? 0) neurons); a plain model has one for all, and DeciLM, which has one for \
      each, \(obstacle)
      """
    case .notAllExperts(let path, let held):
      """
      \(path): holds experts 0…\(held - 1), and the form with routers needs all: give the whole file, \
      or take one of these (--expert)
      """
    case .notRoutable(let path, let family):
      """
      \(path): the family \(family) has no form with routers: Transformers predicts no tokens with it, or \
      its modules there are not known here; take one expert (--expert)
      """
    case .mixedWidthsInGGUF(let expert, let widths, let architecture):
      """
      --expert \(expert): its width differs between layers (\(widths.min() ?? 0) to \
      \(widths.max() ?? 0) neurons), and llama.cpp takes that of LLaMA-shaped models only, not of \
      \(architecture); take another expert, or partition with equal --fractions
      """
    case .notInGGUF(let path, let what):
      """
      \(path): \(what) cannot be said in GGUF; use --format hf, then llama.cpp's \
      convert_hf_to_gguf.py, if it knows the model
      """
    case .beyondType(let tensor, let type):
      "\(tensor): has values that \(type.rawValue) cannot hold; use --type bf16"
    case .recoded(let path, let tensor):
      "\(path): \(tensor) is stored in another type than the source's; --format hf keeps every bit"
    case .notRouted(let path, let found):
      """
      \(path): expected a folder that export --format hf wrote with routers, found \(found); a .dmoe is \
      made of a dense checkpoint with: dynamoe partition
      """
    case .unknownExpertTensor(let path, let tensor):
      "\(path): \(tensor): config.json names no such tensor of experts or routers"
    case .permutation(let path, let tensor, let found):
      "\(path): \(tensor): expected every neuron once, as whole numbers of I32, found \(found)"
    case .otherReport(let path, let error):
      "\(path): the report of another conversion: \(error); give the right one with --report"
    }
  }
}
