import Glibc
import Synchronization
import SystemPackage

/// A regular file, open for reads at given offsets, from any number of threads.
///
/// Nothing is mapped into memory: a file that shrinks while it is read becomes an error, not a
/// signal. The length is that of the moment of opening, and ``checkUnchanged()`` holds the file to it.
package final class InputFile: Sendable {
  package let path: String
  package let length: Int
  private let storage: Storage
  private let counter = Atomic(0)

  private enum Storage {
    case file(FileDescriptor, ModificationTime)
    case memory([UInt8])
  }

  /// From here on the system is asked whether it has the memory.
  private static let muchMemory = 1 << 20

  /// How many bytes have been read so far.
  package var bytesRead: Int { counter.load(ordering: .relaxed) }

  /// A file that is in memory already, as one that lies inside another.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    length = bytes.count
    storage = .memory(bytes)
  }

  package init(path: String) throws(FileError) {
    let descriptor: FileDescriptor
    do {
      // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
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
      storage = .file(descriptor, ModificationTime(status))
    } catch {
      try? descriptor.close()
      throw error as? FileError ?? FileError.unreadable(path: path, reason: "\(error)")
    }
  }

  deinit { if case .file(let descriptor, _) = storage { try? descriptor.close() } }

  /// Reads exactly `count` bytes that start at `offset`.
  package func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try checkBounds(offset: offset, count: count)
    counter.add(count, ordering: .relaxed)
    switch storage {
    case .memory(let bytes): return Array(bytes[offset..<offset + count])
    case .file(let descriptor, _): return try read(descriptor, at: offset, count: count)
    }
  }

  private func read(
    _ descriptor: FileDescriptor, at offset: Int, count: Int
  ) throws(FileError) -> [UInt8] {
    var found = 0
    let bytes: [UInt8]
    // Swift ends the process where it is refused memory.
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

  /// The whole file as it is at one moment, for files that are known to be small; larger ones than
  /// `limit` are refused.
  package func readAll(limit: Int) throws(FileError) -> [UInt8] {
    guard length <= limit else {
      throw FileError.unreadable(
        path: path, reason: "expected at most \(limit) bytes, found \(length)")
    }
    let bytes = try read(at: 0, count: length)
    try checkUnchanged()
    return bytes
  }

  /// Fails if the file is not what it was when it was opened.
  package func checkUnchanged() throws(FileError) {
    guard case .file(let descriptor, let modified) = storage else { return }
    guard let status = try? Stat(descriptor), Int(status.size) == length,
      ModificationTime(status) == modified
    else { throw FileError.changed(path: path) }
  }

  private func checkBounds(offset: Int, count: Int) throws(FileError) {
    guard offset >= 0, count >= 0, offset <= length, count <= length - offset else {
      throw FileError.pastEnd(path: path, offset: offset, count: count, length: length)
    }
  }

  /// Reads until the buffer is full or the file ends; the number of bytes read.
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

/// When a file was last changed, to the nanosecond.
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
