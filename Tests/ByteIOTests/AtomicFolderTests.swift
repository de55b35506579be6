import ByteIO
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `nothing has the final name before the folder is whole`() throws {
    let made = try AtomicFolder(path: folder.path("out/"))
    try AtomicFile.write([1], to: made.path(of: "a"))
    #expect(!Folder.exists(folder.path("out")))
    #expect(Folder.parent(of: made.temporaryPath) == folder.path)
    try made.commit(replacing: false)
    #expect(try folder.names() == ["out"])
    #expect(try bytes(at: folder.path("out/a")) == [1])
  }

  @Test func `what is let go before it is whole leaves nothing`() throws {
    try folder.write([7], to: "out/old")
    do {
      let made = try AtomicFolder(path: folder.path("out"))
      try AtomicFile.write([1], to: made.path(of: "a"))
      // A file still being written is removed with the folder.
      let file = try AtomicFile(path: made.path(of: "b"))
      try file.write([1], at: 0)
    }
    #expect(try folder.names() == ["out"])
    #expect(try bytes(at: folder.path("out/old")) == [7])
  }

  @Test func `a folder that was there is replaced with all its files`() throws {
    try folder.write([7], to: "out/old")
    let made = try AtomicFolder(path: folder.path("out"))
    try AtomicFile.write([1], to: made.path(of: "new"))
    try made.commit(replacing: true)
    #expect(try folder.names() == ["out"])
    #expect(try Folder.names(in: folder.path("out")) == ["new"])
  }

  @Test func `what appeared in the meantime is not replaced unasked`() throws {
    let made = try AtomicFolder(path: folder.path("out"))
    try folder.write([7], to: "out/other")
    #expect(throws: FileError.self) { try made.commit(replacing: false) }
    #expect(try bytes(at: folder.path("out/other")) == [7])
  }

  @Test(arguments: ["", "/", ".", "..", "none/out", "."])
  func `a place that can have no new folder is an error`(name: String) throws {
    let path = name.hasPrefix("none") ? folder.path(name) : name
    #expect(throws: FileError.self) { try AtomicFolder(path: path) }
  }
}
