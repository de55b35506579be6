package import ByteIO

/// Store of the artefacts of finished units of work, so that interrupted work resumes; removed when
/// the run completes.
///
/// Each record has a checksum, and the key of its stage; `formats/journal.md` has the form on disk.
/// The first record is the store's fingerprint: all circumstances that the results depend on.
package final class ArtifactStore: Sendable {
  package typealias Record = RecordFile.Record

  /// Something that results depend on.
  package struct Circumstance: Sendable {
    package let name: String
    package let value: String

    /// - Parameters:
    ///   - name: name in errors.
    ///   - value: shown in errors; line breaks become spaces.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = String(value.map { $0 == "\n" || $0 == "\0" ? " " : $0 })
    }
  }

  private let file: RecordFile
  /// The records of the interrupted run, in order.
  package let records: [Record]

  package var folder: String { file.folder }

  /// Opens the store in a folder, or begins one.
  ///
  /// - Parameters:
  ///   - folder: folder of the store and the hidden states beside it.
  ///   - circumstances: everything that the results depend on.
  /// - Throws: `begunOtherwise` for a store of other circumstances; errors of the file.
  package init(folder: String, circumstances: [Circumstance]) throws(FileError) {
    file = try Self.recordFile(folder)
    if let first = file.records.first {
      try Self.compare(first.content, circumstances, folder)
      records = Array(file.records.dropFirst())
    } else {
      try file.append(Record(key: "", content: Self.content(circumstances)))
      records = []
    }
  }

  package func append(_ record: Record) throws(FileError) { try file.append(record) }

  /// The path of a file that belongs to the work.
  package func path(of name: String) -> String { file.path(of: name) }

  /// Removes a file that belongs to the work, if it exists.
  package func remove(_ name: String) { file.remove(name) }

  /// Removes everything, as the work is done.
  package func removeAll() { file.removeAll(andFilesEndingIn: Self.statesEnding) }

  /// Ending of the names of files with hidden states.
  package static let statesEnding = ".states"

  static func recordFile(_ folder: String) throws(FileError) -> RecordFile {
    try RecordFile(folder: folder, besideFilesEndingIn: statesEnding)
  }

  private static func content(_ circumstances: [Circumstance]) -> [UInt8] {
    Array(circumstances.map { "\($0.name)\0\($0.value)" }.joined(separator: "\n").utf8)
  }

  static func circumstances(_ content: [UInt8]) -> [Circumstance] {
    let text = String(decoding: content, as: UTF8.self)
    return text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\0", omittingEmptySubsequences: false)
      return parts.count == 2 ? Circumstance(String(parts[0]), String(parts[1])) : nil
    }
  }

  static func compare(
    _ content: [UInt8], _ circumstances: [Circumstance], _ folder: String
  ) throws(FileError) {
    let found = Self.circumstances(content)
    for now in circumstances {
      let then = found.first { $0.name == now.name }?.value ?? ""
      guard then == now.value else {
        throw .begunOtherwise(path: folder, what: now.name, before: then, now: now.value)
      }
    }
  }
}
