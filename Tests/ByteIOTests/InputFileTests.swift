import ByteIO
import Foundation
import TestSupport
import Testing

@Suite struct InputFileTests {
  @Test func `reads are held to the file`() throws {
    let path = try folder.write([0, 1, 2, 3, 4], to: "file")
    let file = try InputFile(path: path)
    #expect(file.length == 5)
    #expect(try file.read(at: 0, count: 5) == [0, 1, 2, 3, 4])
    #expect(try file.read(at: 3, count: 2) == [3, 4])
    #expect(try file.read(at: 5, count: 0) == [])
    for (offset, count) in [
      (0, 6), (5, 1), (6, 0), (-1, 1), (0, -1), (1, Int.max), (Int.max, 1), (Int.max, Int.max),
    ] {
      #expect(throws: FileError.pastEnd(path: path, offset: offset, count: count, length: 5)) {
        try file.read(at: offset, count: count)
      }
    }
  }

  @Test func `a small file is read whole, a larger one is refused`() throws {
    let file = try InputFile(path: try folder.write([1, 2, 3], to: "file"))
    #expect(try file.readAll(limit: 3) == [1, 2, 3])
    #expect(throws: FileError.self) { try file.readAll(limit: 2) }
    #expect(try InputFile(path: folder.write([], to: "empty")).readAll(limit: 0) == [])
  }

  /// Requires heuristic overcommit (mode 0), which refuses excessive allocations.
  @Test(
    .enabled(
      if: (try? String(contentsOfFile: "/proc/sys/vm/overcommit_memory", encoding: .utf8)) == "0\n")
  )
  func `what is read at once must fit into memory`() throws {
    let path = try folder.write([1], to: "file")
    let length = 1 << 43
    // A sparse file takes no disk space.
    guard truncate(path, length) == 0 else { return }
    let file = try InputFile(path: path)
    #expect(throws: FileError.noMemory(path: path, needed: length)) {
      try file.read(at: 0, count: length)
    }
    #expect(try file.read(at: 0, count: 2) == [1, 0])
  }

  @Test func `what is not a file is refused by name`() throws {
    #expect(throws: FileError.missing(path: folder.path("none"))) {
      try InputFile(path: folder.path("none"))
    }
    let path = try folder.write([], to: "file")
    #expect(throws: FileError.missing(path: path + "/inside")) {
      try InputFile(path: path + "/inside")
    }
    #expect(throws: FileError.notRegular(path: folder.path, found: "a folder")) {
      try InputFile(path: folder.path)
    }
    #expect(throws: FileError.notRegular(path: "/dev/null", found: "a pipe or device")) {
      try InputFile(path: "/dev/null")
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a pipe without a writer does not hang`() throws {
    let path = folder.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: FileError.notRegular(path: path, found: "a pipe or device")) {
      try InputFile(path: path)
    }
  }

  @Test func `a file that changes is noticed`() throws {
    let path = try folder.write([1, 2, 3, 4], to: "file")
    let shrunk = try InputFile(path: path)
    try shrunk.checkUnchanged()
    #expect(truncate(path, 2) == 0)
    #expect(throws: FileError.changed(path: path)) { try shrunk.checkUnchanged() }
    #expect(throws: FileError.changed(path: path)) { try shrunk.read(at: 0, count: 4) }

    let touched = try InputFile(path: path)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
    #expect(throws: FileError.changed(path: path)) { try touched.checkUnchanged() }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }
}
