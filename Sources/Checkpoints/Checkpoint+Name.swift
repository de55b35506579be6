import ByteIO

extension Checkpoint {
  /// Display name of the model: the last part of its path, or `organisation/name` for a revision in
  /// a cache of the Hub.
  package var name: String {
    let parts = Folder.absolute(path).split(separator: "/")
    for (folder, next) in zip(parts, parts.dropFirst()).reversed() where next == "snapshots" {
      // Repository folder: models--organisation--name.
      let words = folder.split(separator: "--", omittingEmptySubsequences: false)
      if words.first == "models", words.count > 1 {
        return words.dropFirst().joined(separator: "/")
      }
    }
    return parts.last.map(String.init) ?? path
  }
}
