import ByteIO
import TestSupport
import Testing
import Work

@Suite struct ArtifactStoreTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func circumstances(_ seed: Int = 0) -> [ArtifactStore.Circumstance] {
    [ArtifactStore.Circumstance("model", "m"), ArtifactStore.Circumstance("--seed", "\(seed)")]
  }

  /// A store with records, each a key and one byte.
  private func store(
    _ name: String, seed: Int = 0, _ records: [(String, UInt8)]
  ) throws -> String {
    let path = folder.path(name)
    let store = try ArtifactStore(folder: path, circumstances: circumstances(seed))
    for (key, byte) in records {
      try store.append(ArtifactStore.Record(key: key, content: [byte]))
    }
    return path
  }

  private func records(_ path: String) throws -> [String] {
    try ArtifactStore(folder: path, circumstances: circumstances()).records.map {
      "\($0.key) \($0.content[0])"
    }
  }

  @Test func `records are there when a store is opened again`() throws {
    let path = try store("a", [("ranking", 0), ("ranking", 1)])
    #expect(try records(path) == ["ranking 0", "ranking 1"])
    #expect(
      throws: FileError.begunOtherwise(path: path, what: "--seed", before: "0", now: "1")
    ) {
      try ArtifactStore(folder: path, circumstances: circumstances(1))
    }
  }

  @Test func `stores of different stages become one`() throws {
    let first = try store("a", [("ranking", 0), ("ranking", 1), ("fitting-0", 2)])
    let second = try store(
      "b", [("ranking", 0), ("budgets", 3), ("fitting-0", 2), ("fitting-0", 4)])
    let merged = folder.path("merged")
    try ArtifactStore.merge([first, second], into: merged)
    #expect(
      try records(merged) == [
        "ranking 0", "ranking 1", "fitting-0 2", "fitting-0 4", "budgets 3",
      ])
    #expect(try records(first) == ["ranking 0", "ranking 1", "fitting-0 2"])
    #expect(throws: FileError.exists(path: merged)) {
      try ArtifactStore.merge([first], into: merged)
    }
  }

  @Test func `other circumstances and other records are refused`() throws {
    let first = try store("a", [("ranking", 0)])
    let other = try store("b", seed: 1, [("budgets", 0)])
    let differing = try store("c", [("ranking", 1)])
    let merged = folder.path("merged")
    #expect(
      throws: FileError.begunOtherwise(path: other, what: "--seed", before: "1", now: "0")
    ) {
      try ArtifactStore.merge([first, other], into: merged)
    }
    #expect(
      throws: FileError.spoilt(
        path: differing, reason: "its records of ranking differ from another store's")
    ) {
      try ArtifactStore.merge([first, differing], into: merged)
    }
    #expect(throws: FileError.missing(path: folder.path("none"))) {
      try ArtifactStore.merge([first, folder.path("none")], into: merged)
    }
    #expect(try folder.names() == ["a", "b", "c"])
  }
}
