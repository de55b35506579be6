/// Bytes of fixed length, read at given offsets by any thread: a file, memory, later a URL.
package protocol ByteSource: Sendable {
  /// Name in errors.
  var path: String { get }
  /// Number of bytes on opening.
  var length: Int { get }
  /// Number of bytes read so far.
  var bytesRead: Int { get }

  /// Reads exactly `count` bytes from `offset` on.
  func read(at offset: Int, count: Int) throws(FileError) -> [UInt8]

  /// Fails if the bytes have changed since they were opened.
  func checkUnchanged() throws(FileError)
}

extension ByteSource {
  /// Reads all bytes and checks that they are unchanged; for sources known to be small.
  ///
  /// - Parameter limit: maximum length in bytes.
  /// - Returns: all bytes.
  /// - Throws: ``FileError`` for a longer source, a failed read or a change.
  package func readAll(limit: Int) throws(FileError) -> [UInt8] {
    guard length <= limit else {
      throw FileError.unreadable(
        path: path, reason: "expected at most \(limit) bytes, found \(length)")
    }
    let bytes = try read(at: 0, count: length)
    try checkUnchanged()
    return bytes
  }

  /// Fails if a range is not within the source.
  func checkBounds(offset: Int, count: Int) throws(FileError) {
    guard offset >= 0, count >= 0, offset <= length, count <= length - offset else {
      throw FileError.pastEnd(path: path, offset: offset, count: count, length: length)
    }
  }
}
