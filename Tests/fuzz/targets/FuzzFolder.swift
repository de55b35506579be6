import ByteIO
import SystemPackage

/// Writes data as the files that readers expect, in memory if the system supports it.
package struct FuzzFolder: Sendable {
  private let path: String

  /// - Parameter path: a folder with companions of the data: `model` with weights, `described` with
  ///   a configuration as well, and `shards` for an index.
  package init(path: String) { self.path = path }

  /// Reads a file as data for a target.
  package static func read(_ path: String) throws -> [UInt8] {
    try InputFile(path: path).readAll(limit: 1 << 24)
  }

  func path(of name: String) -> String { FilePath(path).appending(name).string }

  /// - Returns: the path of the file, or of `folder` if one is given.
  func write(_ bytes: [UInt8], as name: String, of folder: String? = nil) throws -> String {
    let place = FilePath(path).appending(folder ?? "").appending(name)
    let file = try FileDescriptor.open(
      place, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(bytes) }
    return folder.map { FilePath(path).appending($0).string } ?? place.string
  }
}
