import Glibc
import SystemPackage

/// A file for what does not fit into memory: numbers that are written and read again by the same work.
///
/// Reads and writes at disjoint offsets may come from several threads.
package final class ScratchFile: Sendable {
  /// What it is called in errors.
  package let path: String
  private let descriptor: FileDescriptor

  /// A file without a name: whatever becomes of the process, nothing of it is left.
  ///
  /// - Parameter folder: on whose disk it lies.
  /// - Throws: a folder where nothing can be created.
  package init(in folder: String) throws(FileError) {
    let place = Folder.path(of: "scratch", in: folder)
    (descriptor, path) = try AtomicFile.create(
      named: "scratch", beside: FilePath(place), for: place, permissions: .ownerReadWrite)
    TemporaryFiles.removeAndUnlink(path)
  }

  /// A file that is there under its name until someone removes it.
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

  /// Takes the space for this many bytes, so that a full disk is found before the work and not in it.
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
