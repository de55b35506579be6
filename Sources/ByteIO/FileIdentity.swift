import SystemPackage

/// Identity of a file, independent of its path: device and inode.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  init(_ status: Stat) {
    device = UInt64(status.deviceID.rawValue)
    inode = UInt64(status.inode.rawValue)
  }

  /// Identity of the file at `path`, with links followed; nil if there is none.
  package init?(path: String) {
    guard let status = try? Stat(FilePath(path), followTargetSymlink: true) else { return nil }
    self.init(status)
  }
}
