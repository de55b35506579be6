import ByteIO
import Synchronization

/// Cache of the small files beside the weights; each is read once, so that all results come from
/// the same bytes even if a file changes meanwhile.
final class CompanionFiles: Sendable {
  private static let lengthLimit = 1 << 28

  private let known = Mutex<[String: [UInt8]?]>([:])

  /// Bytes of a file; nil if it does not exist.
  func bytes(at place: String) throws(FileError) -> [UInt8]? {
    try known.withLock { (known) throws(FileError) in
      if let bytes = known[place] { return bytes }
      let bytes =
        Folder.exists(place)
        ? try InputFile(path: place).readAll(limit: Self.lengthLimit) : nil
      known.updateValue(bytes, forKey: place)
      return bytes
    }
  }
}
