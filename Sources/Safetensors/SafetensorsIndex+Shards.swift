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

  /// Checks that index and shards hold the same tensors; `found` maps each tensor to the name of
  /// its shard.
  func check(_ found: [TensorName: String]) throws(SafetensorsError) {
    for (tensor, shard) in places
    where found[tensor].map({ TensorName($0) }) != TensorName(shard) {
      throw SafetensorsError.notInShard(path: path, tensor: tensor, shard: shard)
    }
    // Every place was found, so tensors in excess are missing from the index.
    guard found.count > places.count else { return }
    let named = Set(places.map(\.tensor))
    if let (tensor, shard) = found.filter({ !named.contains($0.key) }).min(by: { $0.key < $1.key })
    {
      throw SafetensorsError.notInIndex(path: path, tensor: tensor, shard: shard)
    }
  }
}
