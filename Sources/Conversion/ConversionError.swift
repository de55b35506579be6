package import JSON
package import Tensors

/// What stops a pipeline, beside what its stages report in their own words.
package enum ConversionError: Error, Equatable, Sendable {
  /// Nothing says which neurons matter.
  case noImportance
  /// Routers learn from text, and there is none.
  case routersWithoutText
  /// The greedy ranking looks at how neurons fire together, which no statistics tell.
  case greedyWithoutText
  /// Compensation is for choices by error.
  case compensationWithoutErrors
  /// Compensation is for routed tokens.
  case compensationWithoutRouters
  case compensationRank(Int, hiddenSize: Int)
  /// Routers choose among experts, and there is one only.
  case routersWithoutChoice
  /// Single tokens are shown with what the routers give them.
  case shownTextWithoutRouters
  /// The input was made by this program already.
  case alreadyConverted(path: String)
  /// An importance matrix holds squares alone.
  case matrixWithoutMagnitudes
  /// Statistics of another model.
  case otherModel(statistics: String)
  /// No expert of a container is meant.
  case unknownExpert(String, known: [String])
  /// The metadata have no such key.
  case unknownKey(String, path: String, known: [String])
  /// Only a container has experts that can be exported.
  case notContainer(path: String)
  /// How to store quantised down projections was said, but there are none.
  case downNotQuantized
  /// Rows of the hidden size are not whole blocks.
  case downBlocks(hiddenSize: Int)
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
  /// Both outputs would be written to the same place.
  case sameOutput(path: String)
}

extension ConversionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noImportance:
      """
      nothing says which neurons matter; give calibration text (--text FILE), statistics of it \
      (--calibration STATS), an importance matrix of llama.cpp (--imatrix FILE), or rank by the weights alone \
      (--importance weights)
      """
    case .routersWithoutText:
      "--router learns from text: give calibration text (--text FILE), or use --router none"
    case .routersWithoutChoice:
      "--router chooses among experts: make more than one, or use --router none"
    case .greedyWithoutText:
      "--importance greedy learns from text: give calibration text (--text FILE)"
    case .compensationWithoutErrors:
      "--compensation-rank belongs to --recipe residual"
    case .compensationWithoutRouters:
      "--compensation-rank needs routers: give calibration text, and no --router none"
    case .compensationRank(let rank, let hiddenSize):
      "--compensation-rank \(rank): expected a number from 0 to \(hiddenSize), the hidden size"
    case .shownTextWithoutRouters:
      "--show-text shows what routers choose: give calibration text (--text FILE), and no --router none"
    case .alreadyConverted(let path):
      "\(path): is a .dmoe already; give the dense checkpoint that it was made from"
    case .matrixWithoutMagnitudes:
      "--imatrix holds squares, and no magnitudes: use --importance output or energy"
    case .otherModel(let statistics):
      "\(statistics): these are statistics of another model; make them with: dynamoe calibrate"
    case .unknownExpert(let wanted, let known):
      "--expert \(wanted): there is no such expert; there are \(known.joined(separator: ", "))"
    case .unknownKey(let key, let path, let known):
      "\(path): there is no key \(key); "
        + (known.isEmpty ? "there are none" : "there are \(known.joined(separator: ", "))")
    case .notContainer(let path):
      "\(path): expected a .dmoe, found a dense checkpoint; make one with: dynamoe partition"
    case .downNotQuantized:
      "--down is for quantised down projections, and this model has none: leave it out"
    case .downBlocks(let hiddenSize):
      "--down q8_0 needs a hidden size that is a multiple of 32, found \(hiddenSize); use f16"
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
      \(path): Transformers has no model of the family \(family) that predicts tokens, or none that is \
      known here, and so no form with routers; take one expert (--expert)
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
    case .sameOutput(let path):
      "\(path): the output and its report cannot be one file; choose another --report"
    }
  }
}
