/// Output that is complete under a temporary name; it is removed unless it is committed.
package struct PendingOutput: Sendable {
  package let bytes: Int
  /// Names of the files in a folder; empty for a file.
  package let files: [String]
  private let rename: @Sendable () throws -> Void

  /// - Parameters:
  ///   - bytes: total size of all files.
  ///   - files: names of the files in a folder; empty for a file.
  ///   - rename: gives the output its final name.
  init(bytes: Int, files: [String] = [], rename: @escaping @Sendable () throws -> Void) {
    self.bytes = bytes
    self.files = files
    self.rename = rename
  }

  /// Gives the output its final name.
  package func commit() throws { try rename() }
}
