import ByteIO
import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct FolderTests {
  @Test func `a folder with an index is read shard by shard`() throws {
    try folder.writeShards(["b.safetensors": ["y", "z"], "a.safetensors": ["x"]])
    try folder.writeIndex(
      ["z": "b.safetensors", "x": "a.safetensors", "y": "b.safetensors"],
      metadata: ["total_size": 3])
    // Other files in the folder are ignored.
    try folder.write([1, 2, 3], to: "stray.safetensors")
    try folder.write([0x80, 2], to: "pytorch_model.bin")

    let reader = try SafetensorsReader(path: folder.path)
    #expect(reader.files.map { Folder.name(of: $0.path) } == ["a.safetensors", "b.safetensors"])
    #expect(reader.tensors.map(\.name) == ["x", "y", "z"])
    #expect(reader.indexMetadata?["total_size"]?.int == 3)
    for name in ["x", "y", "z"] {
      #expect(try reader.read(TensorName(name)) == Array(name.utf8))
    }
    #expect(reader.tensor("w") == nil)
    #expect(throws: TensorError.missing(name: "w")) { try reader.read("w") }
    try reader.checkUnchanged()
  }

  @Test func `a cache of the Hub is read through its links`() throws {
    try folder.writeShards([
      "models--org--name/blobs/1": ["x"], "models--org--name/blobs/2": ["y"],
    ])
    try folder.write(
      JSONWriter.write(["weight_map": ["x": "m-1.safetensors", "y": "m-2.safetensors"]]),
      to: "models--org--name/blobs/3")
    try folder.write(Array("c0ffee".utf8), to: "models--org--name/refs/main")
    let snapshot = folder.path("models--org--name/snapshots/c0ffee")
    try FileManager.default.createDirectory(
      atPath: snapshot, withIntermediateDirectories: true)
    for (name, blob) in [
      ("m-1.safetensors", 1), ("m-2.safetensors", 2), ("model.safetensors.index.json", 3),
    ] {
      try link(snapshot + "/" + name, to: "../../blobs/\(blob)")
    }
    let reader = try SafetensorsReader(path: snapshot)
    #expect(try reader.read("x") == Array("x".utf8))
    #expect(try reader.read("y") == Array("y".utf8))

    // The folder itself may be a link, too.
    try link(folder.path("latest"), to: "models--org--name/snapshots/c0ffee")
    #expect(try SafetensorsReader(path: folder.path("latest")).tensors.count == 2)
  }

  @Test(arguments: ["pytorch_model.bin", "pytorch_model.bin.index.json"])
  func `pickles that Transformers would load are not passed over`(name: String) throws {
    try folder.writeShards(["ema.safetensors": ["x"]])
    try folder.write([1], to: name)
    #expect(throws: SafetensorsError.pickle(path: folder.path, found: name)) {
      try SafetensorsReader(path: folder.path)
    }
  }

  @Test(arguments: [
    ["model.safetensors"], ["model.fp16.safetensors"], ["adapter_model.safetensors"],
    ["model.safetensors", "model.fp16.safetensors", "pytorch_model.bin"],
  ])
  func `without an index the file is found by its name, or as the only one`(names: [String]) throws
  {
    for name in names { try folder.writeShards([name: [name == names[0] ? "x" : "other"]]) }
    let reader = try SafetensorsReader(path: folder.path)
    #expect(reader.tensors.map(\.name) == ["x"])
    #expect(reader.indexMetadata == nil)
  }

  @Test func `a file beside an index is read, as by Transformers`() throws {
    try folder.writeShards(["model.safetensors": ["new"], "a.safetensors": ["old"]])
    try folder.writeIndex(["old": "a.safetensors"])
    let reader = try SafetensorsReader(path: folder.path)
    #expect(reader.tensors.map(\.name) == ["new"])
    #expect(
      reader.notes == [
        .chosen("model.safetensors", over: ["a.safetensors", "model.safetensors.index.json"])
      ])
    // Not even a damaged index matters.
    try folder.write([], to: "model.safetensors.index.json")
    #expect(try SafetensorsReader(path: folder.path).tensors.map(\.name) == ["new"])
  }

  @Test func `an index is read that names the file beside it as a shard`() throws {
    try folder.writeShards(["model.safetensors": ["x"], "more.safetensors": ["y"]])
    try folder.writeIndex(["x": "model.safetensors", "y": "more.safetensors"])
    let reader = try SafetensorsReader(path: folder.path)
    #expect(reader.tensors.map(\.name) == ["x", "y"] && reader.notes.isEmpty)
  }

  @Test func `files of a folder that are not read are named`() throws {
    try folder.writeShards(["model-1.safetensors": ["x"], "consolidated.safetensors": ["y"]])
    try folder.writeIndex(["x": "model-1.safetensors"])
    let reader = try SafetensorsReader(path: folder.path)
    #expect(reader.tensors.map(\.name) == ["x"])
    #expect(
      reader.notes == [
        .chosen("model.safetensors.index.json", over: ["consolidated.safetensors"])
      ])
    #expect(try SafetensorsReader(path: folder.path("consolidated.safetensors")).notes.isEmpty)
  }

  @Test func `a pointer of Git LFS is called that`() throws {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n"
    let path = try folder.write(Array(text.utf8), to: "model.safetensors")
    let error = SafetensorsError.pointer(path: path, size: 1234)
    #expect(throws: error) { try SafetensorsReader(path: folder.path) }
    #expect(error.description.contains("a pointer of Git LFS to a file of 1234 bytes"))
  }

  @Test func `an only index may have another name`() throws {
    try folder.writeShards(["model.fp16-00001-of-00001.safetensors": ["x"], "y.safetensors": ["y"]])
    try folder.writeIndex(
      ["x": "model.fp16-00001-of-00001.safetensors"], to: "model.safetensors.index.fp16.json")
    #expect(try SafetensorsReader(path: folder.path).tensors.map(\.name) == ["x"])
  }

  @Test func `a file is known by its content`() throws {
    try folder.writeShards(["weights.data": ["x"]])
    #expect(try SafetensorsReader(path: folder.path("weights.data")).read("x") == Array("x".utf8))
  }

  @Test func `several files without an index are refused`() throws {
    try folder.writeShards(["a.safetensors": ["x"], "b.safetensors": ["y"]])
    #expect(
      throws: SafetensorsError.ambiguous(
        path: folder.path, found: ["a.safetensors", "b.safetensors"])
    ) { try SafetensorsReader(path: folder.path) }
  }

  @Test func `an empty folder is refused`() throws {
    try folder.write([], to: "config.json")
    #expect(throws: SafetensorsError.noCheckpoint(path: folder.path)) {
      try SafetensorsReader(path: folder.path)
    }
  }

  @Test(arguments: ["pytorch_model.bin", "consolidated.00.pth", "weights.pt"])
  func `a folder of pickles is refused, with a way out`(name: String) throws {
    try folder.write([0x80, 2], to: name)
    let error = SafetensorsError.pickle(path: folder.path, found: name)
    #expect(throws: error) { try SafetensorsReader(path: folder.path) }
    #expect(error.description.contains("run code"))
    #expect(error.description.contains("safe_serialization=True"))
  }

  @Test(
    arguments: [
      [0x50, 0x4B, 3, 4, 0, 0, 8, 8, 0], [0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0], [0x80, 2, 0x8A, 10],
      [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0],
    ] as [[UInt8]])
  func `a pickle under another name is refused as one`(bytes: [UInt8]) throws {
    let path = try folder.write(bytes, to: "model.safetensors")
    #expect(throws: SafetensorsError.pickle(path: path, found: "model.safetensors")) {
      try SafetensorsReader(path: path)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a pipe does not hang the reader`() throws {
    let path = folder.path("model.safetensors")
    #expect(mkfifo(path, 0o600) == 0)
    let error = SafetensorsError.file(.notRegular(path: path, found: "a pipe or device"))
    #expect(throws: error) { try SafetensorsReader(path: path) }
    #expect(throws: error) { try SafetensorsReader(path: folder.path) }
    try folder.writeIndex(["x": "model.safetensors"])
    #expect(throws: error) { try SafetensorsReader(path: folder.path) }
  }

  @Test func `nothing there is an error`() throws {
    let path = folder.path("none")
    #expect(throws: SafetensorsError.file(.missing(path: path))) {
      try SafetensorsReader(path: path)
    }
  }

  @Test func `ranges are held to the tensor`() throws {
    let path = folder.path("file")
    try SafetensorsWriter.write(
      [(try describe("a", .u8, [4]), [1, 2, 3, 4]), (try describe("b", .u8, [2]), [5, 6])], to: path
    )
    let reader = try SafetensorsReader(path: path)
    #expect(try reader.read("a", 1..<3) == [2, 3])
    #expect(try reader.read("b", 2..<2) == [])
    for range in [3..<5, -1..<2, 4..<6, 0..<Int.max] {
      #expect(throws: TensorError.self) { try reader.read("a", range) }
    }
  }

  @Test func `a file that changes while it is open is noticed`() throws {
    try folder.writeShards(["model.safetensors": ["x"]])
    let reader = try SafetensorsReader(path: folder.path)
    try reader.checkUnchanged()
    let path = folder.path("model.safetensors")
    #expect(truncate(path, off_t(reader.files[0].length - 1)) == 0)
    #expect(throws: TensorError.file(.changed(path: path))) { try reader.checkUnchanged() }
    #expect(throws: TensorError.file(.changed(path: path))) { try reader.read("x") }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
  }
}
