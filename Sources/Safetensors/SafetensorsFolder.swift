import ByteIO

/// Location of the checkpoint in a folder.
struct SafetensorsFolder {
  enum Choice: Equatable {
    /// A single file.
    case file(String)
    /// The index of several shards.
    case index(String)
  }

  let choice: Choice
  /// Names of all safetensors files and their indexes.
  let names: [String]

  private static let file = "model.safetensors"
  private static let index = "model.safetensors.index.json"
  private static let pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"]

  /// Looks for `model.safetensors`, then `model.safetensors.index.json`, as Transformers does, then
  /// for a single index or a single file under another name, such as `model.fp16.safetensors`.
  init(searching place: any Place) throws(SafetensorsError) {
    let all: [String]
    do {
      all = try place.names()
    } catch {
      throw SafetensorsError.file(error)
    }
    let files = all.filter { $0.hasSuffix(".safetensors") }
    let indexes = all.filter { $0.contains(".safetensors.index.") && $0.hasSuffix(".json") }
    names = all.filter { files.contains($0) || indexes.contains($0) }
    let hasIndex = indexes.contains(Self.index)
    if place.contains(Self.file), files.contains(Self.file),
      !hasIndex || !Self.isShard(Self.file, in: place)
    {
      choice = .file(Self.file)
    } else if hasIndex {
      choice = .index(Self.index)
    } else if files.contains(Self.file) {
      choice = .file(Self.file)
    } else if let pickle = all.first(where: Self.pickles.contains) {
      // Transformers loads it, whatever else lies there.
      throw SafetensorsError.pickle(path: place.path, found: pickle)
    } else if indexes.count == 1 {
      choice = .index(indexes[0])
    } else if files.count == 1 {
      choice = .file(files[0])
    } else if files.count > 1 {
      throw SafetensorsError.ambiguous(path: place.path, found: files)
    } else if let pickle = Self.pickle(among: all) {
      throw SafetensorsError.pickle(path: place.path, found: pickle)
    } else {
      throw SafetensorsError.noCheckpoint(path: place.path)
    }
  }

  /// Whether the index beside a file names the file as one of its shards.
  private static func isShard(_ file: String, in place: any Place) -> Bool {
    guard let index = try? SafetensorsIndex(Self.index, in: place) else { return false }
    return index.places.contains { $0.shard == file }
  }

  private static func pickle(among names: [String]) -> String? {
    let pickles = names.filter { name in
      [".bin", ".pt", ".pth"].contains { name.hasSuffix($0) }
    }
    return pickles.first { $0.hasPrefix("pytorch_model") } ?? pickles.first
  }
}
