import Glibc
import Synchronization
import SystemPackage

/// What a long work has done so far, in a folder of its own, so that it can be taken up again.
///
/// A record is whole or it is not there: a work that ends in the middle of one is taken up before it.
package final class Journal: Sendable {
  package let folder: String
  /// What every record of the work before says, in order.
  package let records: [Record]
  private let descriptor: FileDescriptor
  private let end: Mutex<Int>

  package struct Record: Sendable {
    /// Which part of the work.
    package let key: String
    package let content: [UInt8]

    package init(key: String, content: [UInt8]) {
      self.key = key
      self.content = content
    }
  }

  /// Something that results depend on.
  package struct Circumstance: Sendable {
    package let name: String
    package let value: String

    /// Values are told in errors; those of several lines are not meant to be.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = String(value.map { $0 == "\n" || $0 == "\0" ? " " : $0 })
    }
  }

  private static let name = "journal"
  private static let magic = Array("dynamoe journal 1\n".utf8)

  /// Opens the journal of a work, or begins one.
  ///
  /// - Parameters:
  ///   - folder: where it is.
  ///   - circumstances: all that the results depend on.
  /// - Throws: a folder that is no journal's, and a journal of other circumstances.
  package init(folder: String, circumstances: [Circumstance]) throws(FileError) {
    self.folder = folder
    let path = Folder.path(of: Self.name, in: folder)
    if !Folder.exists(folder), unsafe mkdir(folder, 0o755) != 0 {
      throw .cannotCreate(path: folder, reason: "\(Errno(rawValue: errno))")
    }
    var bytes: [UInt8] = []
    if Folder.exists(path) {
      bytes = try InputFile(path: path).readAll(limit: .max)
    }
    // What was interrupted at its very beginning may have less than a journal begins with, and what was
    // at its very end no journal any more.
    let names = try Folder.names(in: folder)
    guard bytes.starts(with: Self.magic.prefix(bytes.count)),
      !bytes.isEmpty || names.allSatisfy({ $0 == Self.name || $0.hasSuffix(Self.statesEnding) })
    else { throw .cannotCreate(path: folder, reason: "a folder with other files has this name") }
    var (records, length) = Self.parse(bytes)
    if records.isEmpty {
      let beginning = Self.magic + Self.frame(Record(key: "", content: Self.content(circumstances)))
      (bytes, length) = (beginning, beginning.count)
    } else {
      try Self.compare(records.removeFirst().content, circumstances, folder)
    }
    self.records = records
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      guard lockf(descriptor.rawValue, F_TLOCK, 0) == 0 else {
        throw FileError.cannotCreate(path: folder, reason: "another run is at work on it")
      }
      // Of a record that is not whole nothing stays.
      try descriptor.resize(to: Int64(length))
      if records.isEmpty { _ = try descriptor.writeAll(toAbsoluteOffset: 0, bytes[..<length]) }
    } catch {
      throw error as? FileError ?? .cannotWrite(path: path, reason: "\(error)")
    }
    end = Mutex(length)
  }

  deinit { try? descriptor.close() }

  package func append(_ record: Record) throws(FileError) {
    let frame = Self.frame(record)
    let start = end.withLock { end in
      defer { end += frame.count }
      return end
    }
    do {
      _ = try descriptor.writeAll(toAbsoluteOffset: Int64(start), frame)
    } catch {
      throw FileError.cannotWrite(path: Folder.path(of: Self.name, in: folder), reason: "\(error)")
    }
  }

  /// The place of a file that belongs to the work.
  package func path(of name: String) -> String { Folder.path(of: name, in: folder) }

  /// Removes a file that belongs to the work, if it is there.
  package func remove(_ name: String) { _ = unsafe unlink(path(of: name)) }

  /// The work is done, and nothing of it must be kept.
  package func removeAll() {
    // First of all: without what it tells of, it could not be taken up.
    remove(Self.name)
    for name in (try? Folder.names(in: folder)) ?? [] where name.hasSuffix(Self.statesEnding) {
      remove(name)
    }
    _ = unsafe rmdir(folder)
  }

  /// What the names of files with hidden states end in.
  package static let statesEnding = ".states"

  // A record is the length of the rest, its checksum, the length of the key, key and content.
  private static func frame(_ record: Record) -> [UInt8] {
    let key = Array(record.key.utf8)
    let rest = LittleEndian.bytes(of: UInt32(key.count)) + key + record.content
    return LittleEndian.bytes(of: UInt64(rest.count))
      + LittleEndian.bytes(of: CRC32.checksum(rest)) + rest
  }

  /// The whole records, and where the last of them ends.
  private static func parse(_ bytes: [UInt8]) -> (records: [Record], length: Int) {
    guard bytes.starts(with: magic) else { return ([], 0) }
    var records: [Record] = []
    var offset = magic.count
    while bytes.count - offset >= 16 {
      let length = LittleEndian.load(UInt64.self, from: bytes, at: offset)
      guard length >= 4, length <= bytes.count - offset - 12 else { break }
      let rest = Array(bytes[offset + 12..<offset + 12 + Int(length)])
      let keyLength = LittleEndian.load(UInt32.self, from: rest, at: 0)
      guard CRC32.checksum(rest) == LittleEndian.load(UInt32.self, from: bytes, at: offset + 8),
        keyLength <= rest.count - 4
      else { break }
      let content = 4 + Int(keyLength)
      records.append(
        Record(
          key: String(decoding: rest[4..<content], as: UTF8.self), content: Array(rest[content...]))
      )
      offset += 12 + rest.count
    }
    return (records, offset)
  }

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
