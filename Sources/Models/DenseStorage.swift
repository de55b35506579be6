import ByteIO
package import Safetensors
package import Tensors

/// The weights of a dense checkpoint, in any format.
package enum DenseStorage: Sendable {
  case safetensors(SafetensorsReader)

  package var source: any TensorSource {
    switch self {
    case .safetensors(let reader): reader
    }
  }

  /// How its tensors are named.
  package var naming: TensorNaming {
    switch self {
    case .safetensors: .transformers
    }
  }

  package var files: [(path: String, length: Int)] {
    switch self {
    case .safetensors(let reader): reader.files.map { ($0.path, $0.length) }
    }
  }

  /// How much of the files has been read so far.
  package var bytesRead: Int {
    switch self {
    case .safetensors(let reader): reader.bytesRead
    }
  }
}
