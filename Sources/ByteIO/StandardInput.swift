import Glibc
import SystemPackage

/// Input from standard input or another inherited pipe.
package enum StandardInput {
  /// Descriptor for `-`, or for an inherited pipe such as `/dev/stdin` or `/dev/fd/63` of `<(…)`.
  ///
  /// Nothing is opened: opening a named pipe could block for ever.
  private static func descriptor(of path: String) -> FileDescriptor? {
    if path == "-" { return .standardInput }
    let folder = "/dev/fd/"
    let number = path.hasPrefix(folder) ? Int32(path.dropFirst(folder.count)) : nil
    guard let number = path == "/dev/stdin" ? 0 : number, number >= 0 else { return nil }
    let descriptor = FileDescriptor(rawValue: number)
    return (try? Stat(descriptor))?.type == .fifo ? descriptor : nil
  }

  /// Whether `path` names standard input or an inherited pipe instead of a file.
  package static func isMeant(by path: String) -> Bool { descriptor(of: path) != nil }

  /// Reads until the end, or until more than `limit` bytes have arrived.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = descriptor(of: path) ?? .standardInput
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      do {
        let count = try unsafe buffer.withUnsafeMutableBytes {
          try unsafe descriptor.read(into: $0)
        }
        if count == 0 { break }
        bytes += buffer[..<count]
      } catch Errno.wouldBlock {
        StandardDescriptors.wait(for: descriptor.rawValue, events: POLLIN)
      } catch {
        throw FileError.unreadable(path: path, reason: "\(error)")
      }
    }
    return bytes
  }
}
