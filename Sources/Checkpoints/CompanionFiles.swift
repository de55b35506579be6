import ByteIO
import Synchronization

/// The small files beside the weights, each read once: whatever is made of one is made of the same
/// bytes, even if it changes meanwhile.
final class CompanionFiles: Sendable {
  private static let lengthLimit = 1 << 28

  private let known = Mutex<[String: [UInt8]?]>([:])

  /// The bytes of a file; nil where there is none.
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
