import ByteIO

extension Checkpoint {
  /// What people call the model: the last part of its path, or in a cache of the Hub, where that is
  /// the number of a revision, `organisation/name`.
  package var name: String {
    let parts = Folder.absolute(path).split(separator: "/")
    for (folder, next) in zip(parts, parts.dropFirst()).reversed() where next == "snapshots" {
      // A repository's folder: models--organisation--name.
      let words = folder.split(separator: "--", omittingEmptySubsequences: false)
      if words.first == "models", words.count > 1 {
        return words.dropFirst().joined(separator: "/")
      }
    }
    return parts.last.map(String.init) ?? path
  }
}
