import ByteIO

/// What a path leads to, known by its first bytes and not by its name.
package enum CheckpointFormat: String, Sendable {
  case safetensors
  case gguf
  case dmoe

  package init(path: String) throws(ModelError) {
    if Folder.isFolder(path) {
      self = try Self.isGGUF(folder: path) ? .gguf : .safetensors
      return
    }
    let start: [UInt8]
    do {
      let file = try InputFile(path: path)
      start = try file.read(at: 0, count: min(file.length, 16))
    } catch {
      throw .file(error)
    }
    if start.starts(with: Array("DMOE".utf8)) {
      self = .dmoe
    } else if start.starts(with: Array("GGUF".utf8)) {
      self = .gguf
    } else {
      // What has no magic can only be safetensors; its reader says what is wrong if it is not. Only
      // then can a pickle be told: the length of a header may begin with the bytes of one.
      self = .safetensors
    }
  }

  /// A folder may hold a model in both formats; then safetensors are the original.
  private static func isGGUF(folder: String) throws(ModelError) -> Bool {
    do {
      let names = try Folder.names(in: folder)
      return names.contains { $0.hasSuffix(".gguf") }
        && !names.contains { $0.hasSuffix(".safetensors") || $0.contains(".safetensors.index.") }
    } catch {
      throw .file(error)
    }
  }
}
