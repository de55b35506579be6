import ByteIO
import Tensors

extension SafetensorsIndex {
  /// Opens the shards, sorted by the bytes of their names.
  func openShards() throws(SafetensorsError) -> [SafetensorsFile] {
    // Names from a file are compared by their bytes.
    let shards = Set(places.map { TensorName($0.shard) }).sorted().map(\.text)
    return try shards.map { shard throws(SafetensorsError) in
      guard place.contains(shard) else {
        throw SafetensorsError.missingShard(path: path, shard: shard)
      }
      return try SafetensorsFile(shard, in: place)
    }
  }

  /// Differences between the index and the shards; `found` maps each tensor to the name of its
  /// shard.
  func differences(from found: [TensorName: String]) -> [SafetensorsNote] {
    let name = Folder.name(of: path)
    let absent = places.filter { found[$0.tensor] == nil }.map(\.tensor)
    let moved = places.filter { tensor, shard in
      found[tensor].map { TensorName($0) != TensorName(shard) } ?? false
    }.map(\.tensor)
    let named = Set(places.map(\.tensor))
    let extra = found.keys.filter { !named.contains($0) }
    return [
      absent.isEmpty ? nil : .notInShards(index: name, tensors: absent.sorted()),
      extra.isEmpty ? nil : .notInIndex(index: name, tensors: extra.sorted()),
      moved.isEmpty ? nil : .inOtherShards(index: name, tensors: moved.sorted()),
    ].compactMap(\.self)
  }
}
