import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport

extension TemporaryFolder {
  /// Writes shards whose tensors contain the bytes of their own names.
  func writeShards(_ shards: [String: [String]]) throws {
    for (name, tensors) in shards {
      try write([], to: name)
      try SafetensorsWriter.write(
        try tensors.map {
          (try describe(TensorName($0), .u8, [$0.utf8.count]), Array($0.utf8))
        }, metadata: [("format", "pt")], to: path(name))
    }
  }

  /// Writes an index, which maps each tensor to the name of its shard.
  func writeIndex(
    _ map: [String: String], metadata: JSONValue? = nil,
    to name: String = "model.safetensors.index.json"
  ) throws {
    var index = JSONObject()
    index["metadata"] = metadata
    index["weight_map"] = .object(
      JSONObject(
        map.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .string($0.value)) }))
    try write(JSONWriter.write(.object(index)), to: name)
  }
}
