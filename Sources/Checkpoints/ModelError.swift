import Architectures
package import ByteIO
package import DMOE
package import GGUF
package import JSON
package import Safetensors
package import Tensors
package import Tokenizers

/// Failures in opening or running a model.
package enum ModelError: Error, Equatable, Sendable {
  case file(FileError)
  case safetensors(SafetensorsError)
  case gguf(GGUFError)
  case container(DMOEError)
  case tensor(TensorError)
  case tokenizer(path: String, file: String, TokenizerError)
  /// Missing `config.json`, which the task needs.
  case noConfiguration(path: String)
  /// Pointer of Git LFS in place of a file; `size` is the length that it states.
  case pointer(path: String, file: String, size: Int?)
  /// Invalid JSON in `config.json` or another file beside the weights.
  case configurationText(path: String, file: String, JSONError)
  /// Invalid field in `config.json` or another file beside the weights.
  case configuration(path: String, file: String, JSONFieldError)
  /// Missing or invalid key of a GGUF file.
  case metadata(path: String, key: String, expected: String, found: String)
  /// Model of an unknown family.
  case unknownFamily(path: String, modelType: String)
  /// The family has layers, described by `layers`, that are not run.
  case notRun(path: String, family: String, layers: String)
  /// GGUF file of an unknown architecture.
  case unknownArchitecture(path: String, architecture: String)
  /// Exported folder with routers, which only Transformers runs.
  case routedFolder(path: String)
  /// Model or file with a property that is not supported.
  case unsupported(path: String, what: String, advice: String)
  case missingTensor(path: String, name: String)
  /// Overlay without the checkpoint that has its weights.
  case noBase(path: String)
  /// Base for a model that has its own weights.
  case notOverlay(path: String)
  /// Base that is not the checkpoint from which the overlay was made.
  case otherBase(path: String, base: String, tensor: String)
  case shape(path: String, tensor: String, expected: [Int], found: [Int])
  case elementType(path: String, tensor: String, found: String)
  /// Weight that is NaN or infinite, in a layer or outside (nil); the position has an index for each
  /// extent.
  case notFinite(path: String, tensor: String, layer: Int?, position: [Int], found: String)
  /// Residual stream behind a layer, or logits (nil), with NaN or infinity at a token of a window.
  case overflow(path: String, layer: Int?, window: Int, token: Int)
  /// Text of which the model's mean loss is too large for a perplexity.
  case infinitePerplexity(path: String)
  /// Token without a row in the embedding.
  case tokenOutOfRange(path: String, token: Int, rows: Int)
  /// Window longer than the learned positions of the model.
  case windowTooLong(path: String, positions: Int, limit: Int)
  /// Missing tokenizer, which the task needs.
  case noTokenizer(path: String)
  /// Model that names no token for windows to begin with.
  case noBeginningToken(path: String)
}

extension ModelError {
  init(_ error: ArchitectureError) {
    self =
      switch error {
      case .gguf(let error): .gguf(error)
      case .tensor(let error): .tensor(error)
      case .metadata(let path, let key, let expected, let found):
        .metadata(path: path, key: key, expected: expected, found: found)
      case .unsupported(let path, let what, let advice):
        .unsupported(path: path, what: what, advice: advice)
      case .missingTensor(let path, let name): .missingTensor(path: path, name: name)
      case .shape(let path, let tensor, let expected, let found):
        .shape(path: path, tensor: tensor, expected: expected, found: found)
      case .elementType(let path, let tensor, let found):
        .elementType(path: path, tensor: tensor, found: found)
      }
  }
}

extension ModelError {
  /// Whether the model may be sound, and only lies beyond what is supported.
  package var isUnsupported: Bool {
    switch self {
    case .unsupported, .unknownFamily, .notRun, .unknownArchitecture, .routedFolder, .elementType:
      true
    case .configuration(_, _, let error): error.isUnsupported
    case .file, .safetensors, .gguf, .container, .tensor, .tokenizer, .noConfiguration, .pointer,
      .configurationText, .metadata, .missingTensor, .noBase, .notOverlay, .otherBase, .shape,
      .notFinite, .overflow, .infinitePerplexity, .tokenOutOfRange, .windowTooLong, .noTokenizer,
      .noBeginningToken:
      false
    }
  }
}

extension ModelError: CausedError {
  package var cause: (any Error)? {
    switch self {
    case .file(let error): error
    case .safetensors(let error): error
    case .gguf(let error): error
    case .container(let error): error
    case .tensor(let error): error
    default: nil
    }
  }
}

extension ModelError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .safetensors(let error): error.description
    case .gguf(let error): error.description
    case .container(let error): error.description
    case .tensor(let error): error.description
    case .tokenizer(let path, let file, let error): "\(path): \(file): \(error)"
    case .noBase(let path):
      "\(path): an overlay without weights: it needs the checkpoint that it was made from"
    case .notOverlay(let path): "\(path): not an overlay: has its own weights and needs no base"
    case .otherBase(let path, let base, let tensor):
      """
      \(path): made from another checkpoint than \(base): the tensor \(tensor) is missing there or \
      differs
      """
    case .noConfiguration(let path):
      """
      \(path): there is no config.json beside the weights, so the architecture is unknown; copy it \
      from the original model
      """
    case .pointer(let path, let file, let size):
      "\(path): \(file): \(GitLFSPointer(size: size)); fetch the file itself: git lfs pull"
    case .configurationText(let path, let file, let error): "\(path): \(file): \(error)"
    case .configuration(let path, let file, let error): "\(path): \(file): \(error)"
    case .notRun(let path, let family, let layers):
      "\(path): models of the family \(family) have \(layers), which are not run"
    case .unknownFamily(let path, let modelType):
      """
      \(path): config.json: unknown model_type \"\(modelType)\"; known: \
      \(Family.modelTypes.joined(separator: ", "))
      """
    case .unknownArchitecture(let path, let architecture):
      """
      \(path): general.architecture: unknown architecture \"\(architecture)\"; known: \
      \(Family.architectures.joined(separator: ", "))
      """
    case .metadata(let path, let key, let expected, let found):
      "\(path): \(key): expected \(expected), found \(found)"
    case .routedFolder(let path):
      "\(path): an export with routers, which only Transformers runs"
    case .unsupported(let path, let what, let advice): "\(path): \(what); \(advice)"
    case .missingTensor(let path, let name):
      "\(path): the configuration requires the tensor \(name), which is missing"
    case .shape(let path, let tensor, let expected, let found):
      "\(path): \(tensor): the configuration requires the shape \(expected), found \(found)"
    case .elementType(let path, let tensor, let found):
      "\(path): \(tensor): expected floating-point or quantised weights that can be decoded, found \(found)"
    case .notFinite(let path, let tensor, let layer, let position, let found):
      """
      \(path): \(layer.map { "layer \($0): " } ?? "")\(tensor): expected finite weights, found \
      \(found) at \(position)
      """
    case .overflow(let path, let layer, let window, let token):
      """
      \(path): \(layer.map { "layer \($0): activations" } ?? "logits") overflow at token \(token) of \
      window \(window)
      """
    case .infinitePerplexity(let path):
      "\(path): the perplexity is infinite: the logits are too large"
    case .tokenOutOfRange(let path, let token, let rows):
      """
      \(path): the tokenizer gives token \(token), but the embedding has only \(rows) rows: they do \
      not belong together
      """
    case .windowTooLong(let path, let positions, let limit):
      "\(path): a window of \(positions) positions, but the model has learned only \(limit)"
    case .noTokenizer(let path):
      """
      \(path): there is no tokenizer to read text with (tokenizer.json beside safetensors, the keys \
      tokenizer.ggml in GGUF)
      """
    case .noBeginningToken(let path):
      "\(path): neither the tokenizer nor the configuration names a BOS token"
    }
  }
}
