/// Location of a model's files: a folder, or a file with others beside it; later a URL.
///
/// Lists and opens everything that belongs to a checkpoint: its file, shards, the parts of a split
/// file, and companions such as `config.json`.
package protocol Place: Sendable {
  /// The given path; names the place in errors.
  var path: String { get }
  /// Name of the given file; nil for the place as a whole.
  var file: String? { get }

  /// Names of all entries, sorted by their bytes.
  func names() throws(FileError) -> [String]
  /// Names of all entries of a folder in the place, sorted by their bytes.
  func names(in folder: String) throws(FileError) -> [String]
  /// Whether an entry has this name.
  func contains(_ name: String) -> Bool
  func isFolder(_ name: String) -> Bool
  /// Opens a file by a plain name, or by that of a folder in the place, a `/` and a plain name.
  func open(_ name: String) throws(FileError) -> any ByteSource
  /// Path of a name, for errors and for checks that no output replaces an input.
  func path(of name: String) -> String
}

extension Place {
  /// Opens the given file.
  package func open() throws(FileError) -> any ByteSource {
    guard let file else { throw .notRegular(path: path, found: "a folder") }
    return try open(file)
  }
}
