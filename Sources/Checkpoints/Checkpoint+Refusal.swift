import ByteIO
import GGUF
import Safetensors

/// Errors for files that are not what their names or their neighbours promise.
extension Checkpoint {
  /// Error for a file without a magic, read as safetensors; a `.gguf` name shows that GGUF was
  /// expected.
  static func refusal(_ error: SafetensorsError, of path: String) -> ModelError {
    switch error {
    case .pickle, .pointer: return .safetensors(error)
    default: break
    }
    guard path.hasSuffix(".gguf") else { return .safetensors(error) }
    return .unsupported(
      path: path, what: "its first bytes are neither those of GGUF nor of safetensors",
      advice: "fetch the file again")
  }

  /// Error for a GGUF file found by its name in a folder, which may be a pointer to the file.
  static func refusal(_ error: GGUFError, of place: any Place) -> ModelError {
    guard case .notGGUF(let position, _) = error else { return .gguf(error) }
    let name = Folder.name(of: position.path)
    guard let file = try? place.open(name), let pointer = GitLFSPointer(file) else {
      return .gguf(error)
    }
    return .pointer(path: place.path, file: name, size: pointer.size)
  }
}
