/// Naming convention of a checkpoint's tensors.
package enum TensorNaming: String, Sendable {
  /// Transformers, in safetensors.
  case transformers
  /// llama.cpp, in GGUF.
  case gguf
}
