import ByteIO
import Tensors

extension SafetensorsIndex {
  /// The shards, sorted by the bytes of their names.
  func openShards() throws(SafetensorsError) -> [SafetensorsFile] {
    // As names from a file, they are told apart by their bytes.
    let shards = Set(places.map { TensorName($0.shard) }).sorted().map(\.text)
    return try shards.map { shard throws(SafetensorsError) in
      let file = Folder.path(of: shard, in: Folder.parent(of: path))
      guard Folder.exists(file) else {
        throw SafetensorsError.missingShard(path: path, shard: shard)
      }
      return try SafetensorsFile(path: file)
    }
  }

  /// Compares the index with what the shards hold, in both directions; `found` gives for every tensor
  /// the name of the shard that holds it.
  func check(_ found: [TensorName: String]) throws(SafetensorsError) {
    for (tensor, shard) in places
    where found[tensor].map({ TensorName($0) }) != TensorName(shard) {
      throw SafetensorsError.notInShard(path: path, tensor: tensor, shard: shard)
    }
    // Every place is found: what is left over is named by no place.
    guard found.count > places.count else { return }
    let named = Set(places.map(\.tensor))
    if let (tensor, shard) = found.filter({ !named.contains($0.key) }).min(by: { $0.key < $1.key })
    {
      throw SafetensorsError.notInIndex(path: path, tensor: tensor, shard: shard)
    }
  }
}
