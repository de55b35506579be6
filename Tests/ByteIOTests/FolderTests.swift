import ByteIO
import Foundation
import TestSupport
import Testing

@Suite struct FolderTests {
  @Test func `names are sorted by their bytes`() throws {
    for name in ["b", "a", "é", "B", ".hidden"] { try folder.write([], to: name) }
    #expect(try Folder.names(in: folder.path) == [".hidden", "B", "a", "b", "é"])
    #expect(throws: FileError.missing(path: folder.path("none"))) {
      try Folder.names(in: folder.path("none"))
    }
    #expect(throws: FileError.self) { try Folder.names(in: folder.path("a")) }
  }

  @Test(arguments: [
    ("a/b", "a", "b"), ("b", ".", "b"), ("/b", "/", "b"), ("a/b/", "a", "b"), ("./b", ".", "b"),
  ])
  func `a path has a parent and a name`(path: String, parent: String, name: String) {
    #expect(Folder.parent(of: path) == parent)
    #expect(Folder.name(of: path) == name)
    #expect(Folder.path(of: "x", in: "a") == "a/x")
  }

  @Test func `a new output may be made, an old one only when forced`() throws {
    let output = folder.path("output")
    try Folder.checkOutput(output, inputs: [], force: false)
    try folder.write([], to: "output")
    #expect(throws: FileError.exists(path: output)) {
      try Folder.checkOutput(output, inputs: [], force: false)
    }
    try Folder.checkOutput(output, inputs: [], force: true)
  }

  @Test func `an output is never an input, by whatever name`() throws {
    let input = try folder.write([1], to: "input")
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "input")
    let hardLink = folder.path("hard")
    try FileManager.default.linkItem(atPath: input, toPath: hardLink)
    for output in [input, link, hardLink, folder.path("./input")] {
      #expect(throws: FileError.sameFile(input: input, output: output)) {
        try Folder.checkOutput(output, inputs: [folder.path("none"), input], force: true)
      }
    }
  }

  @Test func `an output has a folder and is none`() throws {
    #expect(throws: FileError.cannotCreate(path: folder.path, reason: "a folder has this name")) {
      try Folder.checkOutput(folder.path, inputs: [], force: true)
    }
    let output = folder.path("no/output")
    #expect(
      throws: FileError.cannotCreate(
        path: output, reason: "there is no folder \(folder.path("no"))")
    ) { try Folder.checkOutput(output, inputs: [], force: false) }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }
}
