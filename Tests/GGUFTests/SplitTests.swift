import ByteIO
import Foundation
import GGUF
import Tensors
import TestSupport
import Testing

@Suite struct SplitTests {
  @Test func `a folder of one split file, or of one file, stands for it`() throws {
    try written(parts: 3)
    #expect(try GGUFReader(path: folder.path).files.map { Folder.name(of: $0.path) } == names(3))
    let other = try TemporaryFolder()
    try tensors(1).write(to: other.path("any name.gguf"))
    try other.write([], to: "README.md")
    #expect(try GGUFReader(path: other.path).tensors.count == 1)
  }

  @Test func `a folder of none, or of several, is refused with their names`() throws {
    #expect(throws: GGUFError.noCheckpoint(path: folder.path)) { try GGUFReader(path: folder.path) }
    try written(parts: 2)
    try tensors(1).write(to: folder.path("mmproj.gguf"))
    let found = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf", "mmproj.gguf"]
    #expect(throws: GGUFError.ambiguous(path: folder.path, found: found)) {
      try GGUFReader(path: folder.path)
    }
  }

  @Test func `missing parts are named, also in a folder without the first`() throws {
    try written(parts: 4)
    try remove(["m-00001-of-00004.gguf", "m-00003-of-00004.gguf"])
    let path = folder.path("m-00002-of-00004.gguf")
    let error = GGUFError.missingParts(
      path: path, parts: ["m-00001-of-00004.gguf", "m-00003-of-00004.gguf"])
    #expect(throws: error) { try GGUFReader(path: path) }
    #expect(throws: error) { try GGUFReader(path: folder.path) }
    #expect(error.description.contains("m-00003-of-00004.gguf"))
  }

  @Test func `a part under the name of another is refused`() throws {
    try written(parts: 3)
    let wrong = try folder.write(
      bytes(at: folder.path("m-00003-of-00003.gguf")), to: "m-00002-of-00003.gguf")
    #expect(throws: GGUFError.wrongPartName(path: wrong, part: 3, count: 3)) {
      try GGUFReader(path: wrong)
    }
    let error = try #require(throws: GGUFError.self) {
      try GGUFReader(path: folder.path("m-00001-of-00003.gguf"))
    }
    guard case .unexpectedValue(let place, expected: "1", found: "2") = error else {
      Issue.record("\(error)")
      return
    }
    #expect(place.path == wrong)
    #expect(place.field == .value(key: "split.no"))
    let renamed = try folder.write(bytes(at: wrong), to: "renamed.gguf")
    #expect(throws: GGUFError.wrongPartName(path: renamed, part: 3, count: 3)) {
      try GGUFReader(path: renamed)
    }
  }

  @Test func `parts that hold another number of tensors, or one of them twice, are refused`() throws
  {
    try part(1, of: 2, tensors: ["a", "b"], sum: 4)
    try part(2, of: 2, tensors: ["c"], sum: 4)
    let path = folder.path("m-00001-of-00002.gguf")
    let error = try #require(throws: GGUFError.self) { try GGUFReader(path: path) }
    guard case .wrongTensorCount(let place, expected: 4, found: 3) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(place.field == .value(key: "split.tensors.count"))
    try part(2, of: 2, tensors: ["c", "a"], sum: 4)
    let second = folder.path("m-00002-of-00002.gguf")
    #expect(
      throws: GGUFError.inTwoParts(
        path: second, tensor: "a", first: "m-00001-of-00002.gguf", second: "m-00002-of-00002.gguf")
    ) { try GGUFReader(path: path) }
  }

  @Test func `each part has an alignment of its own, and the first may hold no tensor`() throws {
    try part(1, of: 2, tensors: [], sum: 2, more: [GGUFKeyValue("general.alignment", .u32(512))])
    try part(2, of: 2, tensors: ["a", "b"], sum: 2)
    let reader = try GGUFReader(path: folder.path)
    #expect(reader.files.map(\.header.alignment) == [512, 32])
    #expect(try reader.read("b") == [98])
  }

  @Test func `a merged file that keeps a count of 0 stands alone`() throws {
    var draft = tensors(1)
    draft.metadata = [GGUFKeyValue("split.other", .u16(0))]
    let path = folder.path("merged.gguf")
    try draft.write(to: path)
    // The writer reserves these keys, so the test renames one of the same length afterwards.
    var merged = try bytes(at: path)
    let range = try #require(merged.firstRange(of: Array("split.other".utf8)))
    merged.replaceSubrange(range, with: Array("split.count".utf8))
    try folder.write(merged, to: "merged.gguf")
    #expect(try GGUFReader(path: path).metadata.int("split.count") == 0)
  }

  @Test func `a set of 65535 parts is refused at once`() throws {
    try part(1, of: 65535, tensors: ["a"], sum: 65535)
    let start = ContinuousClock.now
    let error = try #require(throws: GGUFError.self) { try GGUFReader(path: folder.path) }
    #expect(start.duration(to: .now) < .seconds(10))
    #expect(error.description.contains("65534 parts are missing"))
  }

  private func names(_ count: Int) -> [String] {
    (1...count).map { "m-0000\($0)-of-0000\(count).gguf" }
  }

  private func tensors(_ count: Int) -> Draft {
    var draft = Draft()
    for number in 0..<count {
      guard
        let tensor = TensorDescription(
          name: TensorName("t\(number)"), elementType: .i8, shape: [2])
      else { continue }
      draft.tensors.append((tensor, [UInt8(number), 7]))
    }
    return draft
  }

  private func written(parts: Int) throws {
    try tensors(parts).write(to: folder.path("m.gguf"), limit: .tensors(1))
  }

  private func remove(_ names: [String]) throws {
    for name in names { try FileManager.default.removeItem(atPath: folder.path(name)) }
  }

  /// A hand-made part, in which each tensor contains the letter of its name.
  ///
  /// Keys of splits are written under other names of the same length and renamed, because the
  /// writer reserves them.
  private func part(
    _ part: Int, of count: Int, tensors: [String], sum: Int, more: [GGUFKeyValue] = []
  ) throws {
    var draft = Draft(
      metadata: more + [
        GGUFKeyValue("spliT.no", .u16(UInt16(part - 1))),
        GGUFKeyValue("spliT.count", .u16(UInt16(count))),
        GGUFKeyValue("spliT.tensors.count", .i32(Int32(sum))),
      ])
    for name in tensors {
      draft.tensors.append((try describe(TensorName(name), .i8, [1]), Array(name.utf8)))
    }
    func digits(_ number: Int) -> String { String("\(100_000 + number)".dropFirst()) }
    let name = "m-\(digits(part))-of-\(digits(count)).gguf"
    try draft.write(to: folder.path(name))
    var content = try bytes(at: folder.path(name))
    content.replace(Array("spliT.".utf8), with: Array("split.".utf8))
    try folder.write(content, to: name)
  }

  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }
}
