package import ByteIO
import JSON

/// Documents of a calibration text, with a digest of their bytes.
package struct CalibrationText: Sendable {
  package let documents: [String]
  /// Digest of all bytes read.
  package let digest: SHA256Digest
  package let byteCount: Int

  /// Reads text files in order, at most `byteLimit` bytes of each.
  ///
  /// - Parameters:
  ///   - paths: UTF-8 files; `-` is standard input, `/dev/fd/63` a shell's pipe. A `.jsonl` file
  ///     has a document under the key `text` of each line.
  ///   - byteLimit: limit per file; a cut file ends with its last whole character, or last whole
  ///     line of `.jsonl`.
  /// - Throws: ``CalibrationError`` if a file cannot be read or is not UTF-8.
  package init(paths: [String], byteLimit: Int) throws(CalibrationError) {
    var hasher = SHA256Hasher()
    var documents: [String] = []
    var byteCount = 0
    for path in paths {
      let bytes = try Self.bytes(of: path, limit: byteLimit)
      hasher.update(bytes)
      byteCount += bytes.count
      if path.hasSuffix(".jsonl") {
        documents += try Self.lines(bytes, path: path)
      } else {
        documents.append(try Self.text(bytes, path: path))
      }
    }
    self.documents = documents
    self.byteCount = byteCount
    digest = hasher.digest()
  }

  static func bytes(of path: String, limit: Int) throws(CalibrationError) -> [UInt8] {
    var bytes: [UInt8]
    let isCut: Bool
    do {
      if StandardInput.isMeant(by: path) {
        bytes = try StandardInput.read(path, limit: limit)
        isCut = bytes.count > limit
        bytes = Array(bytes.prefix(limit))
      } else {
        let file = try InputFile(path: path)
        isCut = file.length > limit
        bytes = try file.read(at: 0, count: min(file.length, limit))
        try file.checkUnchanged()
      }
    } catch {
      throw .file(error)
    }
    if isCut {
      let end =
        path.hasSuffix(".jsonl")
        ? bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0 : bytes.count - unfinishedBytes(bytes)
      bytes.removeSubrange(end...)
    }
    return bytes
  }

  /// Number of bytes of an incomplete character at the end.
  private static func unfinishedBytes(_ bytes: [UInt8]) -> Int {
    let tail = bytes.suffix(3)
    guard let start = tail.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return 0 }
    let found = tail.endIndex - start
    let length = max(1, (~tail[start]).leadingZeroBitCount)
    return found < length ? found : 0
  }

  private static func text(_ bytes: [UInt8], path: String) throws(CalibrationError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .notUTF8(path: path, offset: firstInvalidOffset(in: bytes))
    }
    return text
  }

  private static func firstInvalidOffset(in bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var offset = 0
    var iterator = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      offset += UTF8.width(scalar)
    }
    return offset
  }

  private static func lines(
    _ bytes: [UInt8], path: String
  ) throws(CalibrationError) -> [String] {
    var documents: [String] = []
    for (number, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
      do {
        let document = try JSONScanner.scan(Array(line))
        guard let text = document.object?["text"]?.string else {
          throw CalibrationError.line(
            path: path, line: number + 1, reason: "expected an object with a string \"text\"")
        }
        documents.append(text)
      } catch {
        throw error as? CalibrationError
          ?? .line(path: path, line: number + 1, reason: "\(error)")
      }
    }
    return documents
  }
}
