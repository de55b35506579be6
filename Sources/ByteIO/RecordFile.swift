import Glibc
import Synchronization
import SystemPackage

/// Append-only file of records, in a folder of its own.
///
/// Each record has a checksum; an incomplete record is cut off when the file is opened again.
package final class RecordFile: Sendable {
  package let folder: String
  /// Complete records found when the file was opened, in order.
  package let records: [Record]
  private let descriptor: FileDescriptor
  private let end: Mutex<Int>

  package struct Record: Sendable {
    package let key: String
    package let content: [UInt8]

    package init(key: String, content: [UInt8]) {
      self.key = key
      self.content = content
    }
  }

  private static let name = "journal"
  private static let magic = Array("dynamoe journal 1\n".utf8)

  /// Opens the records of a folder, or creates them; the file is locked until it is released.
  ///
  /// - Parameters:
  ///   - folder: created if missing.
  ///   - ending: suffix of other files that the folder may contain.
  /// - Throws: ``FileError`` if the folder has other files, or another process has locked it.
  package init(folder: String, besideFilesEndingIn ending: String) throws(FileError) {
    self.folder = folder
    let path = Folder.path(of: Self.name, in: folder)
    if !Folder.exists(folder), unsafe mkdir(folder, 0o755) != 0 {
      throw .cannotCreate(path: folder, reason: "\(Errno(rawValue: errno))")
    }
    var bytes: [UInt8] = []
    if Folder.exists(path) {
      bytes = try InputFile(path: path).readAll(limit: .max)
    }
    // An interrupted creation leaves a part of the magic; an interrupted removal, no file.
    let names = try Folder.names(in: folder)
    guard bytes.starts(with: Self.magic.prefix(bytes.count)),
      names.allSatisfy({ $0 == Self.name || $0.hasSuffix(ending) })
    else { throw .cannotCreate(path: folder, reason: "a folder with other files has this name") }
    let (records, length) = Self.parse(bytes)
    self.records = records
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      guard lockf(descriptor.rawValue, F_TLOCK, 0) == 0 else {
        throw FileError.cannotCreate(path: folder, reason: "another run is using it")
      }
      // Cuts off an incomplete record.
      try descriptor.resize(to: Int64(length))
      if length == 0 { _ = try descriptor.writeAll(toAbsoluteOffset: 0, Self.magic) }
    } catch {
      throw error as? FileError ?? .cannotWrite(path: path, reason: "\(error)")
    }
    end = Mutex(max(length, Self.magic.count))
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
      throw FileError.cannotWrite(path: path(of: Self.name), reason: "\(error)")
    }
  }

  /// Path of a file beside the records.
  package func path(of name: String) -> String { Folder.path(of: name, in: folder) }

  /// Removes a file beside the records, if it exists.
  package func remove(_ name: String) { _ = unsafe unlink(path(of: name)) }

  /// Removes the records, the files beside them with this ending, and the folder if then empty.
  package func removeAll(andFilesEndingIn ending: String) {
    // First: without the records, nothing beside them can be resumed.
    remove(Self.name)
    for name in (try? Folder.names(in: folder)) ?? [] where name.hasSuffix(ending) {
      remove(name)
    }
    _ = unsafe rmdir(folder)
  }

  // A record is the length of the rest, its checksum, the length of the key, key and content.
  private static func frame(_ record: Record) -> [UInt8] {
    let key = Array(record.key.utf8)
    let rest = LittleEndian.bytes(of: UInt32(key.count)) + key + record.content
    return LittleEndian.bytes(of: UInt64(rest.count))
      + LittleEndian.bytes(of: CRC32.checksum(rest)) + rest
  }

  /// The complete records, and the end of the last one.
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
}
