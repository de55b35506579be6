/// Who gave the tensors of a checkpoint their names.
package enum TensorNaming: String, Sendable {
  /// Transformers, in safetensors.
  case transformers
  /// llama.cpp, in GGUF.
  case gguf
}
