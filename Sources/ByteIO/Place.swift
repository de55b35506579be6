/// A place that holds the files of a model: a folder, or a file with others beside it; later a URL.
///
/// Everything that belongs to a checkpoint is listed and opened here: its file, shards, the parts of a
/// split file, and companions such as `config.json`.
package protocol Place: Sendable {
  /// The path that was given; names the place in errors.
  var path: String { get }
  /// Name of the file that was given; nil for the place as a whole.
  var file: String? { get }

  /// Names of all entries, sorted by their bytes.
  func names() throws(FileError) -> [String]
  /// Whether there is an entry of this name.
  func contains(_ name: String) -> Bool
  /// Whether an entry holds others.
  func isFolder(_ name: String) -> Bool
  /// Opens a file by its name, a plain one without separators.
  func open(_ name: String) throws(FileError) -> any ByteSource
  /// Path of a name in errors, and for outputs that must not replace an input.
  func path(of name: String) -> String
}

extension Place {
  /// Opens the file that was given.
  package func open() throws(FileError) -> any ByteSource {
    guard let file else { throw .notRegular(path: path, found: "a folder") }
    return try open(file)
  }
}
