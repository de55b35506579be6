package import Architectures
package import GGUF
package import Safetensors
package import Tensors

/// The weights of a dense checkpoint, in any format.
package enum DenseStorage: Sendable {
  case safetensors(SafetensorsReader)
  case gguf(GGUFReader)

  package var source: any TensorSource {
    switch self {
    case .safetensors(let reader): reader
    case .gguf(let reader): reader
    }
  }

  /// How its tensors are named.
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

  /// How much of the files has been read so far.
  package var bytesRead: Int {
    switch self {
    case .safetensors(let reader): reader.bytesRead
    case .gguf(let reader): reader.bytesRead
    }
  }
}
