package import GGUF
package import Tensors

/// Failure to make a model of a known architecture from a description.
package enum ArchitectureError: Error, Equatable, Sendable {
  case gguf(GGUFError)
  case tensor(TensorError)
  /// A key of a GGUF file is missing or out of range.
  case metadata(path: String, key: String, expected: String, found: String)
  /// A feature that the forward pass lacks.
  case unsupported(path: String, what: String, advice: String)
  case missingTensor(path: String, name: String)
  case shape(path: String, tensor: String, expected: [Int], found: [Int])
  case elementType(path: String, tensor: String, found: String)
}
