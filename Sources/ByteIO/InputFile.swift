import Glibc
import Synchronization
import SystemPackage

/// A regular file, open for reads at given offsets from any number of threads.
///
/// The file is not memory-mapped, so that shrinking while it is read is an error, not a signal.
/// The length is that on opening, which ``checkUnchanged()`` verifies.
package final class InputFile: ByteSource {
  package let path: String
  package let length: Int
  private let descriptor: FileDescriptor
  private let modified: ModificationTime
  private let counter = Atomic(0)

  /// Size in bytes from which reads first check that the memory is available.
  private static let muchMemory = 1 << 20

  /// Number of bytes read so far.
  package var bytesRead: Int { counter.load(ordering: .relaxed) }

  package init(path: String) throws(FileError) {
    let descriptor: FileDescriptor
    do {
      // Without O_NONBLOCK, opening a pipe without a writer would block for ever.
      descriptor = try FileDescriptor.open(
        FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
    } catch {
      throw FileError(opening: path, error)
    }
    do {
      let status = try Stat(descriptor)
      guard status.type == .regular else {
        throw FileError.notRegular(
          path: path, found: status.type == .directory ? "a folder" : "a pipe or device")
      }
      self.path = path
      length = Int(status.size)
      self.descriptor = descriptor
      modified = ModificationTime(status)
    } catch {
      try? descriptor.close()
      throw error as? FileError ?? FileError.unreadable(path: path, reason: "\(error)")
    }
  }

  deinit { try? descriptor.close() }

  package func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try checkBounds(offset: offset, count: count)
    counter.add(count, ordering: .relaxed)
    var found = 0
    let bytes: [UInt8]
    // Swift ends the process if an allocation fails.
    guard count < Self.muchMemory || AddressSpace.hasRoom(for: count) else {
      throw FileError.noMemory(path: path, needed: count)
    }
    do {
      bytes = try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        initialized = try unsafe Self.fill(
          UnsafeMutableRawBufferPointer(buffer), from: offset, of: descriptor)
        found = initialized
      }
    } catch {
      throw FileError.unreadable(path: path, reason: "\(error)")
    }
    guard found == count else { throw FileError.changed(path: path) }
    return bytes
  }

  /// Throws if length or modification time differ from those on opening.
  package func checkUnchanged() throws(FileError) {
    guard let status = try? Stat(descriptor), Int(status.size) == length,
      ModificationTime(status) == modified
    else { throw FileError.changed(path: path) }
  }

  /// Reads until the buffer is full or the file ends; returns the number of bytes read.
  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from offset: Int, of descriptor: FileDescriptor
  ) throws -> Int {
    var done = 0
    while done < buffer.count {
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = try unsafe descriptor.read(
        fromAbsoluteOffset: Int64(offset + done), into: part, retryOnInterrupt: true)
      if count == 0 { break }
      done += count
    }
    return done
  }
}

/// Modification time of a file, to the nanosecond.
private struct ModificationTime: Equatable {
  private let seconds: Int
  private let nanoseconds: Int

  init(_ status: Stat) {
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}

extension FileError {
  fileprivate init(opening path: String, _ error: any Error) {
    switch error as? Errno {
    case .noSuchFileOrDirectory, .notDirectory: self = .missing(path: path)
    default: self = .unreadable(path: path, reason: "\(error)")
    }
  }
}
