/// Text that a clone without Git LFS holds in place of a large file.
///
/// It begins with `version https://git-lfs.github.com/spec/v1`, followed by a line for each of
/// `oid` and `size`.
package struct GitLFSPointer: Sendable, Equatable {
  /// Length of the large file in bytes; nil if the text does not state it.
  package let size: Int?

  private static let beginning = "version https://git-lfs.github.com/spec/"
  /// Length that the specification allows.
  private static let lengthLimit = 1024

  package init(size: Int?) { self.size = size }

  /// Parses the contents of a file; nil for anything but a pointer.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count < Self.lengthLimit, bytes.starts(with: Self.beginning.utf8) else {
      return nil
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    let key = Array("size ".utf8)
    size = lines.first { $0.starts(with: key) }
      .flatMap { Int(String(decoding: $0.dropFirst(key.count), as: UTF8.self)) }
  }

  /// Reads a file; nil for anything but a pointer.
  package init?(_ file: any ByteSource) {
    guard file.length < Self.lengthLimit,
      let bytes = try? file.read(at: 0, count: file.length)
    else { return nil }
    self.init(bytes)
  }
}

extension GitLFSPointer: CustomStringConvertible {
  package var description: String {
    "a pointer of Git LFS" + (size.map { " to a file of \($0) bytes" } ?? ", not the file")
  }
}
