import ByteIO
import JSON
import Tensors

/// Index of a sharded checkpoint: the shard of every tensor.
struct SafetensorsIndex {
  let path: String
  /// The place of the shards.
  let place: any Place
  /// Member `metadata` of the index, which is not relied upon.
  let metadata: JSONObject?
  /// Tensors in the order of the index, each with the name of its shard.
  let places: [(tensor: TensorName, shard: String)]

  init(_ name: String, in place: any Place) throws(SafetensorsError) {
    let path = place.path(of: name)
    let bytes: [UInt8]
    do {
      bytes = try place.open(name).readAll(limit: SafetensorsHeader.lengthLimit)
    } catch {
      throw SafetensorsError.file(error)
    }
    let document: JSONValue
    do {
      document = try JSONScanner.scan(bytes)
    } catch {
      if let pointer = GitLFSPointer(bytes) {
        throw SafetensorsError.pointer(path: path, size: pointer.size)
      }
      throw SafetensorsError.invalidJSON(path: path, error)
    }
    guard let map = document.object?["weight_map"]?.object, !map.members.isEmpty else {
      throw SafetensorsError.unexpectedValue(
        path: path, place: "weight_map", expected: "an object of tensor and file names",
        found: document.object?["weight_map"].map { $0.object == nil ? $0.kind : "an empty one" }
          ?? "nothing")
    }
    self.path = path
    self.place = place
    metadata = document.object?["metadata"]?.object
    places = try map.members.map { member throws(SafetensorsError) in
      let tensor = TensorName(member.name)
      guard let shard = member.value.string else {
        throw SafetensorsError.unexpectedValue(
          path: path, place: "weight_map, tensor \(quoted(member.name))",
          expected: "the name of a file", found: member.value.kind)
      }
      guard Self.isPlainName(shard) else {
        throw SafetensorsError.invalidShardName(path: path, tensor: tensor, found: shard)
      }
      return (tensor, shard)
    }
  }

  /// Whether a name is a plain file name on any system, so that the file is beside the index.
  private static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && name.utf8.allSatisfy { byte in
        byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\") && byte != 0
      }
  }
}
