package import ByteIO

/// Format of a checkpoint: by the first bytes of a file, or by the file names in a folder.
package enum CheckpointFormat: String, Sendable {
  case safetensors
  case gguf
  case dmoe

  package init(path: String) throws(ModelError) { try self.init(LocalPlace(path)) }

  package init(_ place: any Place) throws(ModelError) {
    guard place.file != nil else {
      self = try Self.isGGUF(place) ? .gguf : .safetensors
      return
    }
    let start: [UInt8]
    do {
      let file = try place.open()
      start = try file.read(at: 0, count: min(file.length, 16))
    } catch {
      throw .file(error)
    }
    if start.starts(with: Array("DMOE".utf8)) {
      self = .dmoe
    } else if start.starts(with: Array("GGUF".utf8)) {
      self = .gguf
    } else {
      // Safetensors has no magic; its reader reports any other content. Only that reader can
      // recognise a pickle, because the length of a header may begin with the same bytes.
      self = .safetensors
    }
  }

  /// Whether a folder has GGUF files and no safetensors, which take precedence as the original.
  private static func isGGUF(_ place: any Place) throws(ModelError) -> Bool {
    do {
      let names = try place.names()
      return names.contains { $0.hasSuffix(".gguf") }
        && !names.contains { $0.hasSuffix(".safetensors") || $0.contains(".safetensors.index.") }
    } catch {
      throw .file(error)
    }
  }
}
