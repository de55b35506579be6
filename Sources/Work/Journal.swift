package import ByteIO

/// Journal of finished units of work, so that interrupted work resumes; removed when the run completes.
package final class Journal: Sendable {
  package typealias Record = RecordFile.Record

  /// Something that results depend on.
  package struct Circumstance: Sendable {
    package let name: String
    package let value: String

    /// - Parameters:
    ///   - name: as errors call it.
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

  /// Opens the journal in a folder, or begins one.
  ///
  /// - Parameters:
  ///   - folder: of the journal and the hidden states beside it.
  ///   - circumstances: all that the results depend on.
  /// - Throws: `begunOtherwise` for a journal of other circumstances, and what the file throws.
  package init(folder: String, circumstances: [Circumstance]) throws(FileError) {
    file = try RecordFile(folder: folder, besideFilesEndingIn: Self.statesEnding)
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

  /// Removes a file that belongs to the work, if it is there.
  package func remove(_ name: String) { file.remove(name) }

  /// Removes everything, as the work is done.
  package func removeAll() { file.removeAll(andFilesEndingIn: Self.statesEnding) }

  /// Ending of the names of files with hidden states.
  package static let statesEnding = ".states"

  private static func content(_ circumstances: [Circumstance]) -> [UInt8] {
    Array(circumstances.map { "\($0.name)\0\($0.value)" }.joined(separator: "\n").utf8)
  }

  private static func compare(
    _ content: [UInt8], _ circumstances: [Circumstance], _ folder: String
  ) throws(FileError) {
    var found: [Substring: Substring] = [:]
    let text = String(decoding: content, as: UTF8.self)
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "\0", omittingEmptySubsequences: false)
      if parts.count == 2 { found[parts[0]] = parts[1] }
    }
    for now in circumstances {
      let then = found[now.name[...]].map(String.init) ?? ""
      guard then == now.value else {
        throw .begunOtherwise(path: folder, what: now.name, before: then, now: now.value)
      }
    }
  }
}
