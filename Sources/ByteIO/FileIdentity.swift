import SystemPackage

/// Which file a path leads to, whatever it is called.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  init(_ status: Stat) {
    device = UInt64(status.deviceID.rawValue)
    inode = UInt64(status.inode.rawValue)
  }

  /// The identity of the file that `path` leads to, links followed; nil where there is none.
  package init?(path: String) {
    guard let status = try? Stat(FilePath(path), followTargetSymlink: true) else { return nil }
    self.init(status)
  }
}
