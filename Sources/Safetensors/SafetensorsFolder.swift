import ByteIO

/// Location of the checkpoint in a folder.
enum SafetensorsFolder {
  /// A single file, or the index of several shards.
  case file(path: String)
  case index(path: String)

  /// Looks for `model.safetensors.index.json`, then `model.safetensors`, then a single index or a
  /// single file under another name, such as `model.fp16.safetensors`.
  init(searching folder: String) throws(SafetensorsError) {
    let names: [String]
    do {
      names = try Folder.names(in: folder)
    } catch {
      throw SafetensorsError.file(error)
    }
    let files = names.filter { $0.hasSuffix(".safetensors") }
    let indexes = names.filter { $0.contains(".safetensors.index.") && $0.hasSuffix(".json") }
    if names.contains("model.safetensors.index.json") {
      self = .index(path: Folder.path(of: "model.safetensors.index.json", in: folder))
    } else if files.contains("model.safetensors") {
      self = .file(path: Folder.path(of: "model.safetensors", in: folder))
    } else if indexes.count == 1 {
      self = .index(path: Folder.path(of: indexes[0], in: folder))
    } else if files.count == 1 {
      self = .file(path: Folder.path(of: files[0], in: folder))
    } else if files.count > 1 {
      throw SafetensorsError.ambiguous(path: folder, found: files)
    } else if let pickle = Self.pickle(among: names) {
      throw SafetensorsError.pickle(path: folder, found: pickle)
    } else {
      throw SafetensorsError.noCheckpoint(path: folder)
    }
  }

  private static func pickle(among names: [String]) -> String? {
    let pickles = names.filter { name in
      [".bin", ".pt", ".pth"].contains { name.hasSuffix($0) }
    }
    return pickles.first { $0.hasPrefix("pytorch_model") } ?? pickles.first
  }
}
