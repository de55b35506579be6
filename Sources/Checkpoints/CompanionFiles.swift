import ByteIO
import DMOE
import Synchronization

/// Cache of the small files beside the weights; each is read once, so that all results come from
/// the same bytes even if a file changes meanwhile.
final class CompanionFiles: Sendable {
  private static let lengthLimit = 1 << 28

  let place: any Place
  private let known = Mutex<[String: [UInt8]?]>([:])

  init(_ place: any Place) { self.place = place }

  /// Names of the files in the folder of chat templates; none if they cannot be listed.
  var chatTemplates: [String] {
    let folder = CompanionName.templateFolder
    guard place.isFolder(folder) else { return [] }
    return ((try? place.names(in: folder)) ?? []).map { "\(folder)/\($0)" }
      .filter { !place.isFolder($0) }
  }

  /// Bytes of a file; nil if it does not exist.
  func bytes(of name: String) throws(FileError) -> [UInt8]? {
    try known.withLock { (known) throws(FileError) in
      if let bytes = known[name] { return bytes }
      let bytes =
        place.contains(name) ? try place.open(name).readAll(limit: Self.lengthLimit) : nil
      known.updateValue(bytes, forKey: name)
      return bytes
    }
  }
}
