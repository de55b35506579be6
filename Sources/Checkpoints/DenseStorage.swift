package import Architectures
package import GGUF
package import Safetensors
package import Tensors

/// Weights of a dense checkpoint, in any format.
package enum DenseStorage: Sendable {
  case safetensors(SafetensorsReader)
  case gguf(GGUFReader)

  package var source: any TensorSource {
    switch self {
    case .safetensors(let reader): reader
    case .gguf(let reader): reader
    }
  }

  /// Naming convention of its tensors.
  package var naming: TensorNaming {
    switch self {
    case .safetensors: .transformers
    case .gguf: .gguf
    }
  }

  package var format: CheckpointFormat {
    switch self {
    case .safetensors: .safetensors
    case .gguf: .gguf
    }
  }

  package var files: [(path: String, length: Int)] {
    switch self {
    case .safetensors(let reader): reader.files.map { ($0.path, $0.length) }
    case .gguf(let reader): reader.files.map { ($0.path, $0.length) }
    }
  }

  /// Number of bytes read from the files so far.
  package var bytesRead: Int {
    switch self {
    case .safetensors(let reader): reader.bytesRead
    case .gguf(let reader): reader.bytesRead
    }
  }
}
