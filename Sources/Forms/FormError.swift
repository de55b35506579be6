package import Experts
package import JSON
package import Tensors

/// Failure to write a model in a form, or to read one from it.
package enum FormError: Error, Equatable, Sendable {
  /// The tensors of the container have llama.cpp's names.
  case otherNames(path: String)
  /// Widths of the expert differ between layers, in a way that DeciLM cannot express.
  case mixedWidths(expert: Int, widths: [Int], DeciLMConfiguration.Obstacle)
  /// Widths of the expert differ between layers, in a way that the family's configuration cannot
  /// express.
  case inexpressibleWidths(expert: Int, widths: [Int], family: String, what: String)
  /// Transformers derives the width of the family's networks from the hidden size.
  case derivedWidth(family: String, hasGGUF: Bool)
  /// An export of all experts from a file that holds only some.
  case notAllExperts(path: String, held: Int)
  /// Model without a form with routers.
  case notRoutable(path: String, family: String, RoutingObstacle)
  /// Widths of the expert differ between layers, and GGUF has no architecture for it.
  case mixedWidthsInGGUF(expert: Int, widths: [Int], architecture: String)
  /// Property of a model or its tokenizer that GGUF cannot represent.
  case notInGGUF(path: String, what: String)
  /// The values of a tensor exceed the range of its new type.
  case beyondType(tensor: String, type: ElementType)
  /// A refit that is not possible.
  case noRefit(path: String, RefitObstacle)
  /// A tensor of the container is stored in another type than in the source.
  case recoded(path: String, tensor: String)
  /// The folder has no experts and routers to import.
  case notRouted(path: String, found: String)
  /// A tensor of the folder that belongs to no expert or router.
  case unknownExpertTensor(path: String, tensor: String)
  /// The stored order of a layer's neurons is not a permutation.
  case permutation(path: String, tensor: String, found: String)
  /// The report belongs to another conversion.
  case otherReport(path: String, JSONFieldError)
}

extension FormError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .otherNames(let path):
      """
      \(path): made from a GGUF file, whose tensors have llama.cpp's names: expected those of \
      Transformers
      """
    case .mixedWidths(let expert, let widths, let obstacle):
      """
      expert \(expert): its width differs between layers (\(widths.min() ?? 0) to \
      \(widths.max() ?? 0) neurons); a plain model has one width for all, and DeciLM, which has \
      one per layer, \(obstacle)
      """
    case .noRefit(let path, let obstacle):
      "\(path): its experts cannot be refitted: \(obstacle)"
    case .inexpressibleWidths(let expert, let widths, let family, let what):
      """
      expert \(expert): its widths (\(widths.min() ?? 0) to \(widths.max() ?? 0) neurons) cannot be \
      said in config.json of \(family), which has \(what)
      """
    case .derivedWidth(let family, _):
      """
      a single expert of \(family) has no form in Transformers, where the width of its networks \
      follows from the hidden size
      """
    case .notAllExperts(let path, let held):
      """
      \(path): holds experts 0…\(held - 1) only, and the form with routers needs all
      """
    case .notRoutable(let path, let family, let obstacle):
      "\(path): a model of the family \(family) that has no form with routers: \(obstacle)"
    case .mixedWidthsInGGUF(let expert, let widths, let architecture):
      """
      expert \(expert): its width differs between layers (\(widths.min() ?? 0) to \
      \(widths.max() ?? 0) neurons), which llama.cpp supports for LLaMA-shaped models only, not \
      for \(architecture)
      """
    case .notInGGUF(let path, let what):
      "\(path): \(what) cannot be represented in GGUF"
    case .beyondType(let tensor, let type):
      "\(tensor): has values that \(type.rawValue) cannot hold"
    case .recoded(let path, let tensor):
      "\(path): \(tensor) is stored in another type than the source's, and cannot be restored"
    case .notRouted(let path, let found):
      "\(path): expected an exported folder with routers, found \(found)"
    case .unknownExpertTensor(let path, let tensor):
      "\(path): \(tensor): config.json describes no such tensor of experts or routers"
    case .permutation(let path, let tensor, let found):
      "\(path): \(tensor): expected every neuron once, as I32 indices, found \(found)"
    case .otherReport(let path, let error):
      "\(path): the report of another conversion: \(error)"
    }
  }
}
