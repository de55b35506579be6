import SystemPackage

/// What comes through the pipe.
package enum StandardInput {
  /// The descriptor that a path means, if it is no file: `-`, or `/dev/fd/63` for `<(…)` of a shell.
  ///
  /// Nothing is opened, as a pipe that has a name would be, at which one may wait for ever.
  private static func descriptor(of path: String) -> FileDescriptor? {
    if path == "-" { return .standardInput }
    let folder = "/dev/fd/"
    let number = path.hasPrefix(folder) ? Int32(path.dropFirst(folder.count)) : nil
    guard let number = path == "/dev/stdin" ? 0 : number, number >= 0 else { return nil }
    let descriptor = FileDescriptor(rawValue: number)
    return (try? Stat(descriptor))?.type == .fifo ? descriptor : nil
  }

  /// Whether what `path` means is read here, and is no file.
  package static func isMeant(by path: String) -> Bool { descriptor(of: path) != nil }

  /// Reads until the end, or until more than `limit` bytes have come.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = descriptor(of: path) ?? .standardInput
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    do {
      while bytes.count <= limit {
        let count = try unsafe buffer.withUnsafeMutableBytes {
          try unsafe descriptor.read(into: $0)
        }
        if count == 0 { break }
        bytes += buffer[..<count]
      }
    } catch {
      throw FileError.unreadable(path: path, reason: "\(error)")
    }
    return bytes
  }
}
