import Foundation
import GGUF
import Tensors
import TestSupport
import Testing

@Suite struct HeaderTests {
  @Test func `shapes are given slowest first`() throws {
    var draft = Draft()
    let tensor = try describe("t", .i8, [2, 3, 5])
    draft.tensors = [(tensor, (0..<30).map { UInt8($0) })]
    try draft.write(to: path)
    #expect(
      try Peer.describe([path]) == [["tensor\tt\tI8\t2,3,5\t\(hexadecimal(draft.tensors[0].1))"]])
    #expect(try GGUFReader(path: path).tensors == [tensor])
  }

  @Test func `tensors of unknown types are kept apart, with the room they have`() throws {
    let script = packageRoot.appending(path: "fixtures/hostile/make_gguf.py").path
    _ = try python([script, folder.path])
    let reader = try GGUFReader(path: folder.path("unknown-types.gguf"))
    #expect(reader.tensors.map(\.name) == ["v"])
    let unknown = reader.unknownTensors
    #expect(unknown.map(\.name) == ["t", "u", "w"])
    #expect(unknown.map(\.typeNumber) == [31, 43, 4])
    #expect(unknown.map(\.shape) == [[2, 32], [7], [5]])
    #expect(unknown.map(\.offset) == [0, 64, 160])
    #expect(unknown.map(\.byteCount) == [36, nil, nil])
    #expect(unknown.map(\.room) == [64, 64, 40])
    #expect(throws: TensorError.missing(name: "u")) { try reader.read("u") }
  }

  @Test func `tensors are listed in the order of their bytes`() throws {
    let script = packageRoot.appending(path: "fixtures/hostile/make_gguf.py").path
    _ = try python([script, folder.path])
    let reader = try GGUFReader(path: folder.path("reordered.gguf"))
    #expect(reader.tensors.map(\.name) == ["u", "t"])
    let file = try bytes(at: folder.path("reordered.gguf"))
    let data = file[reader.files[0].header.dataOffset...]
    #expect(try reader.read("t") == Array(data.dropFirst(32).prefix(8)))
  }

  @Test func `every type of ggml has its number, and the numbers that were removed have none`() {
    let numbers = (0..<60).filter { ElementType(ggmlType: $0) != nil }
    #expect(numbers == Array(0...3) + Array(6...30) + [34, 35] + Array(39...42))
    for number in numbers { #expect(ElementType(ggmlType: number)?.ggmlType == number) }
    #expect(ElementType.ofGGUF.count == numbers.count)
    #expect(ElementType.bool.ggmlType == nil)
  }

  @Test func `only the header is read when a file is opened, and what is asked for then`() throws {
    var draft = Draft()
    draft.tensors = [(try describe("t", .i8, [4 << 20]), [UInt8](repeating: 1, count: 4 << 20))]
    try draft.write(to: path)
    let reader = try GGUFReader(path: path)
    let before = reader.bytesRead
    #expect(before <= 1 << 20)
    _ = try reader.read("t", 10..<20)
    #expect(reader.bytesRead == before + 10)
    try reader.checkUnchanged()
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: 1 << 20)
    #expect(throws: TensorError.file(.changed(path: path))) { try reader.checkUnchanged() }
    #expect(throws: TensorError.file(.changed(path: path))) { try reader.read("t") }
  }

  @Test func `as many keys and tensors as are allowed are read within a second`() throws {
    var draft = Draft()
    draft.metadata = (0..<1 << 17).map { GGUFKeyValue("k\($0)", .bool(true)) }
    draft.tensors = try (0..<1 << 17).map { (try describe(TensorName("t\($0)"), .i8, [0]), []) }
    try draft.write(to: path)
    let start = ContinuousClock.now
    let reader = try GGUFReader(path: path)
    #expect(start.duration(to: .now) < .seconds(10))
    #expect(reader.tensors.count == 1 << 17)
  }

  @Test func `claims in a file of a terabyte of nothing cost neither time nor memory`() throws {
    let script = packageRoot.appending(path: "fixtures/hostile/make_gguf.py").path
    _ = try python([script, folder.path])
    for name in [
      "tensors-minus-1", "array-minus-1", "array-wraps", "array-strings", "array-bools",
      "name-minus-1", "key-2-63", "alignment-2-31",
    ] {
      let path = folder.path("\(name).gguf")
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.truncate(atOffset: 1 << 40)
      let start = ContinuousClock.now
      let error = try #require(throws: GGUFError.self) { try GGUFReader(path: path) }
      #expect(start.duration(to: .now) < .seconds(10))
      if ["array-strings", "array-bools", "alignment-2-31"].contains(name) {
        guard case .headerTooLarge = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }

  private let folder: TemporaryFolder
  private let path: String
  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("m.gguf")
  }
}
