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

  @Test(arguments: [
    ("/a/./b/../c/", "/a/c"), ("/", "/"), ("..", here("..")), (".", here(".")),
    ("x/y", here("x/y")),
  ])
  func `a path is made absolute`(path: String, expected: String) {
    #expect(Folder.absolute(path) == expected)
  }

  private static func here(_ path: String) -> String {
    let all = FileManager.default.currentDirectoryPath + "/" + path
    let normal = URL(filePath: all).standardized.path
    return normal.count > 1 && normal.hasSuffix("/") ? String(normal.dropLast()) : normal
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

  @Test func `a folder is replaced only when forced, and only if nothing else would be lost`()
    throws
  {
    let output = folder.path("out")
    func check(force: Bool, inputs: [String] = []) throws {
      try Folder.checkOutputFolder(output, inputs: inputs, force: force) { $0.hasPrefix("ours") }
    }
    try check(force: false)
    let ours = try folder.write([1], to: "out/ours")
    #expect(throws: FileError.exists(path: output)) { try check(force: false) }
    try check(force: true)
    #expect(throws: FileError.sameFile(input: ours, output: output)) {
      try check(force: true, inputs: [ours])
    }
    #expect(throws: FileError.sameFile(input: output, output: output)) {
      try check(force: true, inputs: [output])
    }
    try folder.write([1], to: "out/notes.txt")
    #expect { try check(force: true) } throws: { "\($0)".contains("it holds notes.txt") }
    try FileManager.default.removeItem(atPath: folder.path("out/notes.txt"))
    // A folder inside the output could contain anything, so it is never removed.
    try folder.write([1], to: "out/ours.d/file")
    #expect { try check(force: true) } throws: { "\($0)".contains("it holds ours.d") }
    try FileManager.default.removeItem(atPath: output)
    try folder.write([1], to: "real/ours")
    try FileManager.default.createSymbolicLink(atPath: output, withDestinationPath: "real")
    #expect { try check(force: true) } throws: { "\($0)".contains("exists and is not a folder") }
    #expect(throws: FileError.self) {
      try Folder.checkOutputFolder(
        folder.path("none/out"), inputs: [], force: true, isOurs: { _ in true })
    }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }
}
