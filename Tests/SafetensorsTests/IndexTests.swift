import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct IndexTests {
  @Test(arguments: [
    "", ".", "..", "../a.safetensors", "/etc/passwd", "sub/a.safetensors", "a\\b", "a\0b", "a/",
  ])
  func `an index cannot lead out of its folder`(name: String) throws {
    try folder.writeShards(["a.safetensors": ["x"], "sub/a.safetensors": ["x"]])
    try folder.writeIndex(["x": name])
    try expect(.invalidShardName(path: index, tensor: "x", found: name))
  }

  @Test func `a shard that is missing is named`() throws {
    try folder.writeShards(["a.safetensors": ["x"]])
    try folder.writeIndex(["x": "a.safetensors", "y": "b.safetensors"])
    try expect(.missingShard(path: index, shard: "b.safetensors"))
  }

  @Test func `a shard whose link leads nowhere is missing`() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("a.safetensors"), withDestinationPath: "../blobs/1")
    try folder.writeIndex(["x": "a.safetensors"])
    try expect(.missingShard(path: index, shard: "a.safetensors"))
  }

  @Test(arguments: [
    (["x": "a", "y": "a"], "names a tensor that no shard holds: \"y\""),
    (["x": "a"], "lacks 2 tensors of its shards: \"v\", \"w\""),
    (["x": "b", "v": "a", "w": "a", "z": "b"], "places a tensor in another shard"),
  ])
  func `an index that differs from its shards is noted, and the shards are read`(
    map: [String: String], note: String
  ) throws {
    try folder.writeShards(["a": ["x", "v", "w"], "b": ["z"]])
    try folder.writeIndex(map)
    let reader = try SafetensorsReader(path: folder.path)
    #expect(Set(reader.tensors.map(\.name)).isSuperset(of: ["v", "w", "x"]))
    #expect(try reader.read("x") == Array("x".utf8))
    let notes = reader.notes.map { "\($0)" }
    #expect(notes.contains { $0.contains(note) }, "\(notes)")
    #expect(notes.allSatisfy { $0.contains("model.safetensors.index.json") })
  }

  @Test func `an index that fits its shards has no note`() throws {
    try folder.writeShards(["a": ["x"], "b": ["y"]])
    try folder.writeIndex(["x": "a", "y": "b"])
    #expect(try SafetensorsReader(path: folder.path).notes.isEmpty)
  }

  @Test func `an index that is a pointer of Git LFS is called that`() throws {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n"
    try folder.write(Array(text.utf8), to: "model.safetensors.index.json")
    try expect(.pointer(path: index, size: 1234))
  }

  @Test func `a tensor may not be in two shards`() throws {
    try folder.writeShards(["a.safetensors": ["x"], "b.safetensors": ["x", "y"]])
    try folder.writeIndex(["x": "a.safetensors", "y": "b.safetensors"])
    try expect(
      .inTwoShards(path: index, tensor: "x", first: "a.safetensors", second: "b.safetensors"))
  }

  @Test func `a shard that is damaged is named`() throws {
    let path = try folder.write([1, 2, 3], to: "a.safetensors")
    try folder.writeIndex(["x": "a.safetensors"])
    try expect(.tooShort(path: path, length: 3))
  }

  @Test(arguments: [
    (#"{"weight_map":{"x":"a","x":"b"}}"#, JSONError(.duplicateKey("x"), at: 23)),
    (#"{"weight_map":{"x":"a","\u0078":"a"}}"#, JSONError(.duplicateKey("x"), at: 23)),
    (#"{"weight_map":{},"weight_map":{}}"#, JSONError(.duplicateKey("weight_map"), at: 17)),
    (#"{"weight_map":"#, JSONError(.unexpectedEnd, at: 14)),
    ("", JSONError(.unexpectedEnd, at: 0)),
  ])
  func `an index is strict JSON`(text: String, error: JSONError) throws {
    try folder.write(Array(text.utf8), to: "model.safetensors.index.json")
    try expect(.invalidJSON(path: index, error))
  }

  @Test(arguments: [
    ("{}", "nothing"), ("[]", "nothing"), (#"{"weight_map":[]}"#, "an array"),
    (#"{"weight_map":{}}"#, "an empty one"),
  ])
  func `an index has a map`(text: String, found: String) throws {
    try folder.write(Array(text.utf8), to: "model.safetensors.index.json")
    try expect(
      .unexpectedValue(
        path: index, place: "weight_map", expected: "an object of tensor and file names",
        found: found))
  }

  @Test func `a place in the map is a string`() throws {
    try folder.write(Array(#"{"weight_map":{"x":1}}"#.utf8), to: "model.safetensors.index.json")
    try expect(
      .unexpectedValue(
        path: index, place: #"weight_map, tensor "x""#, expected: "the name of a file",
        found: "a number"))
  }

  @Test(arguments: [nil, [], ["total_size": 1], ["total_size": .double(1500)]] as [JSONValue?])
  func `metadata of an index is not relied on`(metadata: JSONValue?) throws {
    try folder.writeShards(["a.safetensors": ["x"]])
    try folder.writeIndex(["x": "a.safetensors"], metadata: metadata)
    let reader = try SafetensorsReader(path: folder.path)
    #expect(reader.indexMetadata == metadata?.object)
  }

  private let folder: TemporaryFolder
  private var index: String { folder.path("model.safetensors.index.json") }

  init() throws { folder = try TemporaryFolder() }

  private func expect(_ error: SafetensorsError) throws {
    #expect(throws: error) { try SafetensorsReader(path: folder.path) }
  }
}
