import ByteIO
import GGUF
import Tensors
import TestSupport
import Testing

@Suite struct WriterTests {
  @Test func `parts in any order and from many threads give the same files`() async throws {
    var numbers = RandomNumbers(seed: 4)
    var draft = Draft()
    for number in 0..<6 {
      let tensor = try describe(TensorName("t\(number)"), .bf16, [64, number])
      draft.tensors.append((tensor, numbers.bytes(tensor.byteCount)))
    }
    try draft.write(to: folder.path("whole.gguf"), limit: .tensors(4))

    let writer = try GGUFWriter(
      path: folder.path("parts.gguf"), metadata: [], tensors: draft.tensors.map(\.0),
      limit: .tensors(4))
    var parts: [(TensorName, Int, [UInt8])] = []
    for (tensor, bytes) in draft.tensors {
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
    for path in writer.paths { #expect(!Folder.exists(path)) }
    try writer.commit()
    for number in 1...2 {
      let tail = "-0000\(number)-of-00002.gguf"
      #expect(try bytes(at: folder.path("parts" + tail)) == bytes(at: folder.path("whole" + tail)))
    }
  }

  @Test func `a tensor that is not whole keeps the files from their names`() throws {
    do {
      let writer = try GGUFWriter(
        path: path, metadata: [], tensors: [try describe("a", .i8, [3])])
      try writer.write([1, 2], of: "a")
      #expect(throws: GGUFError.incomplete(path: path, tensor: "a", expected: 3, written: 2)) {
        try writer.commit()
      }
    }
    #expect(try folder.names() == [])
  }

  @Test func `bytes outside a tensor, twice, of another tensor or too late are refused`() throws {
    let writer = try GGUFWriter(
      path: path, metadata: [], tensors: [try describe("a", .i8, [3])])
    #expect(throws: GGUFError.unknownTensor(path: path, tensor: "b")) {
      try writer.write([1], of: "b")
    }
    for (offset, count) in [(0, 4), (3, 1), (-1, 1), (.max, 1)] {
      #expect(
        throws: GGUFError.outsideTensor(
          path: path, tensor: "a", offset: offset, count: count, byteCount: 3)
      ) { try writer.write([UInt8](repeating: 1, count: count), of: "a", at: offset) }
    }
    try writer.write([1, 2, 3], of: "a")
    #expect(throws: GGUFError.writtenTwice(path: path, tensor: "a", range: 1..<2)) {
      try writer.write([2], of: "a", at: 1)
    }
    try writer.commit()
    #expect(throws: GGUFError.finished(path: path)) { try writer.write([1], of: "a") }
    #expect(throws: GGUFError.finished(path: path)) { try writer.commit() }
  }

  @Test func `what strict readers refuse is not written`() throws {
    func refused(
      _ metadata: [GGUFKeyValue], tensors: [TensorDescription] = [], at field: GGUFField,
      _ error: (GGUFPosition) -> GGUFError
    ) {
      #expect(throws: error(GGUFPosition(path: path, field: field, offset: nil))) {
        try GGUFWriter(path: path, metadata: metadata, tensors: tensors)
      }
    }
    let long = try describe(TensorName(String(repeating: "n", count: 64)), .f32, [1])
    refused([], tensors: [long], at: .tensor(0)) { .tooLarge($0, limit: 63, found: 64) }
    refused([], tensors: [try describe("", .f32, [1])], at: .tensor(0)) {
      .invalidName($0, found: [])
    }
    refused([], tensors: [try describe("a\0b", .f32, [1])], at: .tensor(0)) {
      .invalidName($0, found: [97, 0, 98])
    }
    let same = [try describe("a", .f32, [1]), try describe("a", .f16, [1])]
    refused([], tensors: same, at: .tensor(1)) { .duplicateName($0, name: "a") }
    let deep = try describe("a", .f32, [1, 1, 1, 1, 1])
    refused([], tensors: [deep], at: .dimensionCount(tensor: "a")) {
      .tooLarge($0, limit: 4, found: 5)
    }
    refused([GGUFKeyValue("", .u8(1))], at: .key(0)) { .invalidName($0, found: []) }
    refused([GGUFKeyValue(String(repeating: "k", count: 65536), .u8(1))], at: .key(0)) {
      .tooLarge($0, limit: 65535, found: 65536)
    }
    refused([GGUFKeyValue("a", .u8(1)), GGUFKeyValue("a", .u8(1))], at: .key(1)) {
      .duplicateName($0, name: "a")
    }
    for (value, found) in [
      (GGUFValue.u32(0), "0"), (.u32(4), "4"), (.u32(33), "33"), (.u64(32), "the type u64"),
    ] {
      let key = "general.alignment"
      refused([GGUFKeyValue(key, value)], at: .value(key: key)) {
        .invalidAlignment($0, found: found)
      }
    }
    let far = GGUFKeyValue("general.alignment", .u32(1 << 31))
    refused([far], tensors: [try describe("a", .i8, [1])], at: .padding) {
      .headerTooLarge($0, limit: 1 << 27)
    }
    #expect(throws: GGUFError.unwritableType(path: path, tensor: "a", type: .f8E4M3)) {
      try GGUFWriter(path: path, metadata: [], tensors: [try describe("a", .f8E4M3, [1])])
    }
    // Names must be unique across the parts of a split file too.
    #expect(throws: GGUFError.self) {
      try GGUFWriter(path: path, metadata: [], tensors: same, limit: .tensors(1))
    }
    #expect(try folder.names() == [])
  }

  private let folder: TemporaryFolder
  private let path: String
  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("m.gguf")
  }
}
