import Glibc
import Synchronization
import SystemPackage

/// A file that appears under its name only when it is complete.
///
/// It is written under a recognisable temporary name in the same folder, and renamed by
/// ``commit()``. If it is released before that, or the process is interrupted, it is removed and
/// nothing under the final name changes. Several threads may write at disjoint offsets.
package final class AtomicFile: Sendable {
  /// Final path of the file.
  package let path: String
  /// Path of the file until it is committed.
  package let temporaryPath: String
  private let descriptor: FileDescriptor
  private let isOpen = Mutex(true)

  package init(path: String) throws(FileError) {
    self.path = path
    let place = FilePath(path)
    guard let name = place.lastComponent?.string else {
      throw FileError.cannotCreate(path: path, reason: "this is not the name of a file")
    }
    (descriptor, temporaryPath) = try Self.create(named: name, beside: place, for: path)
  }

  /// Creates a small file with its content, ready to be committed.
  package convenience init(path: String, bytes: [UInt8]) throws(FileError) {
    try self.init(path: path)
    try write(bytes, at: 0)
  }

  /// Creates the temporary file under an unused name: no link is followed, no file overwritten.
  static func create(
    named name: String, beside place: FilePath, for path: String,
    permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
  ) throws(FileError) -> (FileDescriptor, path: String) {
    while true {
      let temporary = TemporaryFiles.path(named: name, beside: place)
      TemporaryFiles.add(temporary, for: path)
      do {
        let descriptor = try FileDescriptor.open(
          FilePath(temporary), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: permissions)
        return (descriptor, temporary)
      } catch {
        TemporaryFiles.remove(temporary)
        if error as? Errno == .fileExists { continue }
        throw FileError.cannotCreate(path: path, reason: "\(error)")
      }
    }
  }

  deinit {
    guard isOpen.withLock({ $0 }) else { return }
    try? descriptor.close()
    TemporaryFiles.removeAndUnlink(temporaryPath)
  }

  package func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    do {
      try unsafe bytes.withUnsafeBytes { buffer in
        _ = try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(offset), buffer)
      }
    } catch {
      throw FileError.cannotWrite(path: path, reason: "\(error)")
    }
  }

  /// Reads back written bytes; gaps between them read as zeros.
  package func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    do {
      return try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let buffer = UnsafeMutableRawBufferPointer(buffer)
        while initialized < count {
          let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[initialized..<count])
          let found = try unsafe descriptor.read(
            fromAbsoluteOffset: Int64(offset + initialized), into: part)
          guard found > 0 else { throw FileError.changed(path: path) }
          initialized += found
        }
      }
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError.unreadable(path: path, reason: "\(error)")
    }
  }

  /// Sets the length of the file; unwritten bytes are zero.
  package func setLength(_ length: Int) throws(FileError) {
    do {
      try descriptor.resize(to: Int64(length))
    } catch {
      throw FileError.cannotWrite(path: path, reason: "\(error)")
    }
  }

  /// Flushes the bytes to disk and renames the file to its final name.
  package func commit() throws(FileError) { try Self.commit([self]) }

  /// Flushes all files to disk, and only then renames them to their final names, in order.
  ///
  /// Interruptions by signal wait for all renames.
  package static func commit(_ files: [AtomicFile]) throws(FileError) {
    for file in files {
      // Detects a removed temporary file before any other is renamed.
      guard fsync(file.descriptor.rawValue) == 0, unsafe access(file.temporaryPath, F_OK) == 0
      else { throw FileError.cannotWrite(path: file.path, reason: "\(Errno(rawValue: errno))") }
    }
    let failure = TemporaryFiles.uninterrupted { () -> FileError? in
      for file in files where unsafe rename(file.temporaryPath, file.path) != 0 {
        return FileError.cannotWrite(path: file.path, reason: "\(Errno(rawValue: errno))")
      }
      return nil
    }
    if let failure { throw failure }
    for file in files {
      file.isOpen.withLock { $0 = false }
      TemporaryFiles.remove(file.temporaryPath)
      try? file.descriptor.close()
    }
    for folder in Set(files.map { Folder.parent(of: $0.path) }) { Folder.synchronize(folder) }
  }

  /// Writes and commits a small file at once.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try AtomicFile(path: path, bytes: bytes).commit()
  }
}
