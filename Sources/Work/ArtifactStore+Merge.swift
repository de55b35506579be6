package import ByteIO

extension ArtifactStore {
  /// Merges stores of the same circumstances, so that stages can run on several machines.
  ///
  /// If several stores have a key, the longest list of its records must begin with the others.
  /// Hidden states are not copied: an unfinished stage needs those of its own store.
  ///
  /// - Parameters:
  ///   - folders: folders of the stores, at least one; they stay as they are.
  ///   - folder: the new store, in a folder without records.
  /// - Throws: ``FileError`` if a store is missing, is in use, has other circumstances or other
  ///   records of a key, or if the new one exists or cannot be written.
  package static func merge(_ folders: [String], into folder: String) throws(FileError) {
    var first: [Circumstance]?
    var fingerprint: Record?
    var keys: [String] = []
    var records: [String: [Record]] = [:]
    for folder in folders {
      guard Folder.exists(folder) else { throw .missing(path: folder) }
      let file = try recordFile(folder)
      guard let head = file.records.first else {
        throw .spoilt(path: folder, reason: "it has no records")
      }
      if let first { try compare(head.content, first, folder) }
      (first, fingerprint) = (first ?? circumstances(head.content), fingerprint ?? head)
      let found = Dictionary(grouping: file.records.dropFirst(), by: \.key)
      for key in file.records.dropFirst().map(\.key) where !keys.contains(key) {
        keys.append(key)
      }
      for (key, new) in found {
        let known = records[key] ?? []
        guard zip(known, new).allSatisfy({ $0.content == $1.content }) else {
          throw .spoilt(path: folder, reason: "its records of \(key) differ from another store's")
        }
        if new.count > known.count { records[key] = new }
      }
    }
    guard let fingerprint else { return }
    let merged = try recordFile(folder)
    guard merged.records.isEmpty else { throw .exists(path: folder) }
    try merged.append(fingerprint)
    for record in keys.flatMap({ records[$0] ?? [] }) { try merged.append(record) }
  }
}
