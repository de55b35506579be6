import ByteIO
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func `nothing has the final name before the file is whole`() throws {
    let path = folder.path("file")
    let file = try AtomicFile(path: path)
    try file.write([3, 4], at: 2)
    try file.write([1, 2], at: 0)
    #expect(!Folder.exists(path))
    #expect(Folder.exists(file.temporaryPath))
    #expect(Folder.parent(of: file.temporaryPath) == folder.path)
    try file.commit()
    #expect(try folder.names() == ["file"])
    #expect(try bytes(at: path) == [1, 2, 3, 4])
  }

  @Test func `what is let go before it is whole leaves nothing`() throws {
    let path = try folder.write([7], to: "file")
    do {
      let file = try AtomicFile(path: path)
      try file.write([1, 2], at: 0)
    }
    #expect(try folder.names() == ["file"])
    #expect(try bytes(at: path) == [7])
  }

  @Test func `a file that was there is replaced at once`() throws {
    let path = try folder.write([7, 7, 7], to: "file")
    let old = try InputFile(path: path)
    try AtomicFile.write([1], to: path)
    #expect(try bytes(at: path) == [1])
    // A reader that has the old file open keeps it.
    #expect(try old.readAll(limit: 3) == [7, 7, 7])
  }

  @Test func `bytes that were not written are zero`() throws {
    let path = folder.path("file")
    let file = try AtomicFile(path: path)
    try file.write([1], at: 2)
    try file.setLength(5)
    try file.commit()
    #expect(try bytes(at: path) == [0, 0, 1, 0, 0])
  }

  @Test func `two unfinished files for one name do not meet`() throws {
    let path = folder.path("file")
    let first = try AtomicFile(path: path)
    try first.write([1, 1, 1], at: 0)
    do {
      let second = try AtomicFile(path: path)
      try second.write([2], at: 0)
    }
    try first.commit()
    #expect(try bytes(at: path) == [1, 1, 1])
    #expect(try folder.names() == ["file"])
  }

  @Test func `what is under the temporary name is neither followed nor spoilt`() throws {
    let victim = try folder.write([9, 9], to: "victim")
    let path = folder.path("file")
    let temporary = try AtomicFile(path: path).temporaryPath
    // Links under many of the next temporary names, because parallel tests use some of them.
    let parts = temporary.split(separator: ".").map(String.init)
    let number = try #require(parts.dropLast().last.flatMap(Int.init))
    for next in number + 1...number + 200 {
      try FileManager.default.createSymbolicLink(
        atPath: temporary.replacing(".\(number).dynamoe", with: ".\(next).dynamoe"),
        withDestinationPath: victim)
    }
    try AtomicFile.write([1], to: path)
    #expect(try bytes(at: victim) == [9, 9])
    #expect(try bytes(at: path) == [1])
    #expect(try folder.names().count == 202)
  }

  @Test func `a name of the longest length can be written`() throws {
    let path = folder.path(String(repeating: "n", count: 255))
    try AtomicFile.write([1], to: path)
    #expect(try bytes(at: path) == [1])
  }

  @Test func `a place that cannot be written is an error`() throws {
    for path in [folder.path("no/file"), "/", ""] {
      #expect(throws: FileError.self) { try AtomicFile(path: path) }
    }
    let file = try AtomicFile(path: folder.path)
    #expect(throws: FileError.self) { try file.commit() }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }
}
