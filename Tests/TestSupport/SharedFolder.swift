internal import Foundation

/// Folders that tests share, removed at the end of the process.
package enum SharedFolder {
  private static let root = FileManager.default.temporaryDirectory
    .appending(path: "dynamoe-tests-shared-\(ProcessInfo.processInfo.processIdentifier)")
    .path(percentEncoded: false)

  // Statics are never deinitialised, so a `TemporaryFolder` would stay.
  private static let removal: Void = {
    atexit { try? FileManager.default.removeItem(atPath: SharedFolder.root) }
  }()

  /// Creates the folder of this name and returns its path.
  package static func path(_ name: String) throws -> String {
    _ = removal
    let path = root + "/" + name
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
