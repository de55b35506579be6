import Glibc
import Synchronization
import SystemPackage

/// A file that appears under its name only when it is whole.
///
/// It is written beside its place, under a name that shows what it is, and renamed by
/// ``commit()``. Let go before that, or interrupted, it is removed and nothing under the final name
/// has changed. Writes at disjoint offsets may come from several threads.
package final class AtomicFile: Sendable {
  /// Where the file will appear.
  package let path: String
  /// Where it is being written.
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

  /// A small file, which only has to be committed.
  package convenience init(path: String, bytes: [UInt8]) throws(FileError) {
    try self.init(path: path)
    try write(bytes, at: 0)
  }

  /// Creates the temporary file, under a name at which nothing is: nothing is followed or spoilt.
  static func create(
    named name: String, beside place: FilePath, for path: String,
    permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
  ) throws(FileError) -> (FileDescriptor, path: String) {
    while true {
      let temporary = TemporaryFiles.path(named: name, beside: place)
      TemporaryFiles.add(temporary)
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

  /// Reads what has been written, or the zeros in between.
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
    } catch {
      throw FileError.cannotWrite(path: path, reason: "\(error)")
    }
  }

  /// Makes the file exactly this long; what was not written is zero.
  package func setLength(_ length: Int) throws(FileError) {
    do {
      try descriptor.resize(to: Int64(length))
    } catch {
      throw FileError.cannotWrite(path: path, reason: "\(error)")
    }
  }

  /// Brings the bytes to the disk and gives the file its name.
  package func commit() throws(FileError) { try Self.commit([self]) }

  /// Brings the bytes of all files to the disk, and only then gives them their names, in this order.
  ///
  /// No interruption comes between.
  package static func commit(_ files: [AtomicFile]) throws(FileError) {
    for file in files {
      // One that was removed is found before the others have their names.
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

  /// Writes a small file whole.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try AtomicFile(path: path, bytes: bytes).commit()
  }
}
