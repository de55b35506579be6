package import ByteIO
package import JSON
package import Tensors

/// Reader of a safetensors checkpoint: one file, or a folder with its shards.
///
/// In a folder, `model.safetensors` is read, or else the shards that `model.safetensors.index.json`
/// names, as Transformers does; without both, a single index or a single file under another name,
/// such as `model.fp16.safetensors`. Of a shard all tensors are read, whether or not the index names
/// them. Symbolic links are followed, even out of the folder, because the Hub's cache consists of
/// them; names in the index are not paths.
package struct SafetensorsReader: TensorSource {
  /// File and offset of a tensor.
  private struct Location: Sendable {
    /// Index of the file in ``SafetensorsReader/files``.
    let file: Int
    /// Offset of the tensor's first byte in that file.
    let offset: Int
  }

  /// Files, sorted by the bytes of their names.
  package let files: [SafetensorsFile]
  /// Tensors file by file, within a file in order of their offsets.
  package let tensors: [TensorDescription]
  /// Member `metadata` of the index; nil without an index, or if the index has none.
  package let indexMetadata: JSONObject?
  /// Remarks on the choice of files and on the index.
  package let notes: [SafetensorsNote]
  private let places: [TensorName: (tensor: Int, location: Location)]

  package init(path: String) throws(SafetensorsError) { try self.init(LocalPlace(path)) }

  /// Opens the file that the place names, or the checkpoint that it holds.
  package init(_ place: any Place) throws(SafetensorsError) {
    let folder = place.file == nil ? try SafetensorsFolder(searching: place) : nil
    let choice = folder?.choice ?? .file(place.file ?? "")
    let index: SafetensorsIndex?
    switch choice {
    case .file(let name):
      index = nil
      files = [try SafetensorsFile(name, in: place)]
    case .index(let name):
      let opened = try SafetensorsIndex(name, in: place)
      index = opened
      files = try opened.openShards()
    }
    indexMetadata = index?.metadata
    tensors = files.flatMap { file in file.header.entries.map(\.description) }

    var places: [TensorName: (tensor: Int, location: Location)] = [:]
    places.reserveCapacity(tensors.count)
    for (number, file) in files.enumerated() {
      for entry in file.header.entries {
        let name = entry.description.name
        let location = Location(file: number, offset: file.header.dataOffset + entry.offset)
        if let index, let first = places[name] {
          throw SafetensorsError.inTwoShards(
            path: index.path, tensor: name, first: Folder.name(of: files[first.location.file].path),
            second: Folder.name(of: file.path))
        }
        places[name] = (places.count, location)
      }
    }
    self.places = places
    let names = files.map { Folder.name(of: $0.path) }
    let shards = places.mapValues { names[$0.location.file] }
    notes =
      Self.choiceNote(folder, read: files) + (index?.differences(from: shards) ?? [])
  }

  /// Note on the files of a folder that were not read.
  private static func choiceNote(
    _ folder: SafetensorsFolder?, read files: [SafetensorsFile]
  ) -> [SafetensorsNote] {
    guard let folder else { return [] }
    let chosen =
      switch folder.choice {
      case .file(let name), .index(let name): name
      }
    let read = Set(files.map { TensorName(Folder.name(of: $0.path)) } + [TensorName(chosen)])
    let others = folder.names.filter { !read.contains(TensorName($0)) }
    return others.isEmpty ? [] : [.chosen(chosen, over: others)]
  }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    places[name].map { tensors[$0.tensor] }
  }

  /// Number of bytes read from the files so far.
  package var bytesRead: Int { files.reduce(0) { $0 + $1.input.bytesRead } }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    guard let (index, location) = places[name] else {
      throw TensorError.missing(name: name.text)
    }
    let input = files[location.file].input
    let byteCount = tensors[index].byteCount
    return OpenTensor(tensors[index]) { (range) throws(TensorError) in
      guard range.lowerBound >= 0, range.upperBound <= byteCount else {
        // The end that was passed is the tensor's, not the file's.
        throw TensorError.file(
          .pastEnd(
            path: input.path, offset: range.lowerBound, count: range.count, length: byteCount))
      }
      do throws(FileError) {
        return try input.read(at: location.offset + range.lowerBound, count: range.count)
      } catch {
        throw TensorError.file(error)
      }
    }
  }

  package func checkUnchanged() throws(TensorError) {
    do {
      for file in files { try file.input.checkUnchanged() }
    } catch {
      throw TensorError.file(error)
    }
  }
}
