import ByteIO
import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct WriterTests {
  @Test func `parts in any order and from many threads give the same file`() async throws {
    var numbers = RandomNumbers(seed: 4)
    let tensors = try (0..<6).map { number in
      let tensor = try describe(TensorName("t\(number)"), .bf16, [64, number])
      return (tensor, numbers.bytes(tensor.byteCount))
    }
    try SafetensorsWriter.write(tensors, to: folder.path("whole"))

    let writer = try SafetensorsWriter(
      path: folder.path("parts"), tensors: tensors.map(\.0).shuffled(using: &numbers))
    var parts: [(TensorName, Int, [UInt8])] = []
    for (tensor, bytes) in tensors {
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 1...100, using: &numbers))
        parts.append((tensor.name, start, Array(bytes[start..<end])))
        start = end
      }
    }
    try await withThrowingTaskGroup { group in
      for (name, offset, bytes) in parts.shuffled(using: &numbers) {
        group.addTask { try writer.write(bytes, of: name, at: offset) }
      }
      try await group.waitForAll()
    }
    #expect(!Folder.exists(folder.path("parts")))
    try writer.commit()
    #expect(try folder.names() == ["parts", "whole"])
    #expect(try contents("parts") == contents("whole"))
  }

  @Test func `the header is known before any tensor is written`() throws {
    let writer = try SafetensorsWriter(
      path: folder.path("file"),
      tensors: [
        try describe("a", .u8, [3]), try describe("b", .f32, []), try describe("c", .u8, [0]),
      ])
    #expect(writer.header.entries.map(\.description.name) == ["b", "a", "c"])
    #expect(writer.header.entries.map(\.offset) == [0, 4, 7])
    #expect(writer.header.dataOffset % 8 == 0)
  }

  @Test func `a tensor that is not whole keeps the file from its name`() throws {
    let path = folder.path("file")
    do {
      let writer = try SafetensorsWriter(path: path, tensors: [try describe("a", .u8, [3])])
      try writer.write([1, 2], of: "a")
      #expect(throws: SafetensorsError.incomplete(path: path, tensor: "a", expected: 3, written: 2))
      {
        try writer.commit()
      }
      #expect(!Folder.exists(path))
    }
    #expect(try folder.names().isEmpty)
  }

  @Test func `bytes that do not belong are refused`() throws {
    let path = folder.path("file")
    let writer = try SafetensorsWriter(path: path, tensors: [try describe("a", .u8, [4])])
    #expect(throws: SafetensorsError.unknownTensor(path: path, tensor: "b")) {
      try writer.write([1], of: "b")
    }
    for (offset, count) in [(0, 5), (4, 1), (5, 0), (-1, 1), (Int.max, 1)] {
      #expect(
        throws: SafetensorsError.outsideTensor(
          path: path, tensor: "a", offset: offset, count: count, byteCount: 4)
      ) { try writer.write([UInt8](repeating: 0, count: count), of: "a", at: offset) }
    }
    try writer.write([1, 2], of: "a", at: 1)
    for (offset, count) in [(0, 2), (1, 1), (1, 2), (2, 2), (0, 4)] {
      #expect(
        throws: SafetensorsError.writtenTwice(
          path: path, tensor: "a", range: offset..<offset + count)
      ) { try writer.write([UInt8](repeating: 0, count: count), of: "a", at: offset) }
    }
    try writer.write([3], of: "a", at: 3)
    try writer.write([0], of: "a", at: 0)
    try writer.commit()
    #expect(try SafetensorsReader(path: path).read("a") == [0, 1, 2, 3])
    #expect(throws: SafetensorsError.finished(path: path)) { try writer.commit() }
  }

  @Test func `names must be unique and not those of the format`() throws {
    let path = folder.path("file")
    let tensor = try describe("a", .u8, [0])
    #expect(throws: SafetensorsError.duplicateName(path: path, name: "a")) {
      try SafetensorsWriter(path: path, tensors: [tensor, tensor])
    }
    #expect(throws: SafetensorsError.duplicateName(path: path, name: "k")) {
      try SafetensorsWriter(path: path, tensors: [], metadata: [("k", "1"), ("k", "2")])
    }
    #expect(throws: SafetensorsError.reservedName(path: path, name: "__metadata__")) {
      try SafetensorsWriter(path: path, tensors: [try describe("__metadata__", .u8, [0])])
    }
    // Canonically equivalent, but two different names.
    try SafetensorsWriter.write(
      [(try describe("é", .u8, [1]), [1]), (try describe("e\u{301}", .u8, [1]), [2])], to: path)
    #expect(try SafetensorsReader(path: path).read("e\u{301}") == [2])
    #expect(try folder.names() == ["file"])
  }

  @Test func `sizes that would overflow the file are refused`() throws {
    let path = folder.path("file")
    let huge = [Int.max / 2]
    #expect(throws: SafetensorsError.sizeOverflow(path: path, tensor: "b", shape: huge)) {
      try SafetensorsWriter(
        path: path,
        tensors: try ["a", "b"].map { try describe(TensorName($0), .u8, huge) })
    }
  }

  @Test func `a file that is already there is replaced only when the new one is whole`() throws {
    let path = try folder.write([1, 2, 3], to: "file")
    let writer = try SafetensorsWriter(path: path, tensors: [try describe("a", .u8, [1])])
    try writer.write([9], of: "a")
    #expect(try contents("file") == [1, 2, 3])
    try writer.commit()
    #expect(try SafetensorsReader(path: path).read("a") == [9])
  }

  @Test func `a folder that is not there is an error`() throws {
    #expect(throws: SafetensorsError.self) {
      try SafetensorsWriter(path: folder.path("no/file"), tensors: [])
    }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func contents(_ name: String) throws -> [UInt8] {
    try InputFile(path: folder.path(name)).readAll(limit: 1 << 20)
  }
}

func describe(
  _ name: TensorName, _ type: ElementType, _ shape: [Int]
) throws -> TensorDescription {
  try #require(TensorDescription(name: name, elementType: type, shape: shape))
}
