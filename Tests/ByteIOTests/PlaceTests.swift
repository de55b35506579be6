import ByteIO
import TestSupport
import Testing

/// A folder, and a file with others beside it, as places.
@Suite struct PlaceTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "a.bin")
    try folder.write([4], to: "b.json")
    try folder.write([], to: "inner/c")
  }

  @Test func `a folder lists and opens what it holds`() throws {
    let place = LocalPlace(folder.path)
    #expect(place.file == nil && place.path == folder.path)
    #expect(try place.names() == ["a.bin", "b.json", "inner"])
    #expect(place.contains("b.json") && !place.contains("c") && place.isFolder("inner"))
    #expect(try place.open("a.bin").readAll(limit: 3) == [1, 2, 3])
    #expect(throws: FileError.missing(path: folder.path("none"))) { try place.open("none") }
    #expect(throws: FileError.notRegular(path: folder.path, found: "a folder")) {
      try place.open()
    }
  }

  @Test func `a file knows what is beside it, and keeps its path`() throws {
    let path = folder.path("./a.bin")
    let place = LocalPlace(path)
    #expect(place.file == "a.bin")
    #expect(try place.open().path == path)
    #expect(try place.open("b.json").readAll(limit: 1) == [4])
    #expect(LocalPlace(folder.path("none")).file == "none")
  }

  @Test func `bytes in memory are a source like a file`() throws {
    let bytes = MemoryBytes(path: "inside", bytes: [1, 2, 3, 4])
    #expect(bytes.length == 4)
    #expect(try bytes.read(at: 1, count: 2) == [2, 3] && bytes.bytesRead == 2)
    #expect(throws: FileError.pastEnd(path: "inside", offset: 3, count: 2, length: 4)) {
      try bytes.read(at: 3, count: 2)
    }
    #expect(throws: FileError.self) { try bytes.readAll(limit: 3) }
  }
}
