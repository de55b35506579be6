import SystemPackage

/// What comes through the pipe.
package enum StandardInput {
  /// Reads until the end, or until more than `limit` bytes have come.
  package static func read(limit: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    do {
      while bytes.count <= limit {
        let count = try unsafe buffer.withUnsafeMutableBytes {
          try unsafe FileDescriptor.standardInput.read(into: $0)
        }
        if count == 0 { break }
        bytes += buffer[..<count]
      }
    } catch {
      throw FileError.unreadable(path: "-", reason: "\(error)")
    }
    return bytes
  }
}
