import ByteIO

/// Location of the checkpoint in a folder.
enum SafetensorsFolder {
  /// A single file, or the index of several shards.
  case file(String)
  case index(String)

  /// Looks for `model.safetensors.index.json`, then `model.safetensors`, then a single index or a
  /// single file under another name, such as `model.fp16.safetensors`.
  init(searching place: any Place) throws(SafetensorsError) {
    let names: [String]
    do {
      names = try place.names()
    } catch {
      throw SafetensorsError.file(error)
    }
    let files = names.filter { $0.hasSuffix(".safetensors") }
    let indexes = names.filter { $0.contains(".safetensors.index.") && $0.hasSuffix(".json") }
    if names.contains("model.safetensors.index.json") {
      self = .index("model.safetensors.index.json")
    } else if files.contains("model.safetensors") {
      self = .file("model.safetensors")
    } else if indexes.count == 1 {
      self = .index(indexes[0])
    } else if files.count == 1 {
      self = .file(files[0])
    } else if files.count > 1 {
      throw SafetensorsError.ambiguous(path: place.path, found: files)
    } else if let pickle = Self.pickle(among: names) {
      throw SafetensorsError.pickle(path: place.path, found: pickle)
    } else {
      throw SafetensorsError.noCheckpoint(path: place.path)
    }
  }

  private static func pickle(among names: [String]) -> String? {
    let pickles = names.filter { name in
      [".bin", ".pt", ".pth"].contains { name.hasSuffix($0) }
    }
    return pickles.first { $0.hasPrefix("pytorch_model") } ?? pickles.first
  }
}
