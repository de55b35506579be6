import Glibc
import SystemPackage

/// A file for numbers that do not fit into memory, written and read back by the same run.
///
/// Several threads may read and write at disjoint offsets.
package final class ScratchFile: Sendable {
  /// Path for error messages; an unnamed file does not exist there.
  package let path: String
  private let descriptor: FileDescriptor

  /// Creates an unnamed file, which disappears with the process.
  ///
  /// - Parameter folder: folder on the disk that holds the file.
  /// - Throws: ``FileError`` if no file can be created in the folder.
  package init(in folder: String) throws(FileError) {
    path = Folder.path(of: "scratch", in: folder)
    let temporary: String
    (descriptor, temporary) = try AtomicFile.create(
      named: "scratch", beside: FilePath(path), for: path, permissions: .ownerReadWrite)
    TemporaryFiles.removeAndUnlink(temporary)
  }

  /// Opens or creates a named file, which stays until it is removed.
  package init(at path: String) throws(FileError) {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create, .closeOnExec],
        permissions: .ownerReadWrite)
    } catch {
      throw FileError.cannotCreate(path: path, reason: "\(error)")
    }
  }

  deinit { try? descriptor.close() }

  /// Allocates disk space for `length` bytes, so that a full disk is found before the run starts.
  package func reserve(_ length: Int) throws(FileError) {
    var status = posix_fallocate(descriptor.rawValue, 0, length)
    if status == EOPNOTSUPP || status == EINVAL {
      status = ftruncate(descriptor.rawValue, length) == 0 ? 0 : errno
    }
    guard status == 0 else {
      throw FileError.cannotWrite(
        path: path, reason: "\(Errno(rawValue: status)), \(length) bytes are needed for scratch")
    }
  }

  package func write(_ values: [Float], at offset: Int) throws(FileError) {
    do {
      _ = try unsafe values.withUnsafeBytes {
        try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(offset), $0)
      }
    } catch {
      throw FileError.cannotWrite(path: path, reason: "\(error)")
    }
  }

  package func read(_ count: Int, at offset: Int) throws(FileError) -> [Float] {
    do {
      return try unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        let bytes = UnsafeMutableRawBufferPointer(buffer)
        var done = 0
        while done < count * MemoryLayout<Float>.stride {
          let found = try unsafe descriptor.read(
            fromAbsoluteOffset: Int64(offset + done),
            into: UnsafeMutableRawBufferPointer(
              rebasing: bytes[done..<count * MemoryLayout<Float>.stride]))
          guard found > 0 else { throw FileError.changed(path: path) }
          done += found
        }
        initialized = count
      }
    } catch {
      throw FileError.unreadable(path: path, reason: "\(error)")
    }
  }
}
