package import ByteIO

/// One open file of a checkpoint and its header.
package struct SafetensorsFile: Sendable {
  package let header: SafetensorsHeader
  let input: any ByteSource

  package var path: String { input.path }
  /// Length of the file in bytes.
  package var length: Int { input.length }
  /// Entries of `__metadata__`, in file order.
  package var metadata: [(key: String, value: String)] { header.metadata ?? [] }

  /// Opens a file of a place by its name.
  package init(_ name: String, in place: any Place) throws(SafetensorsError) {
    do {
      input = try place.open(name)
    } catch {
      throw SafetensorsError.file(error)
    }
    do {
      header = try SafetensorsHeader(reading: input)
    } catch {
      if Self.isPickle(input) {
        throw SafetensorsError.pickle(path: input.path, found: name)
      }
      if let pointer = GitLFSPointer(input) {
        throw SafetensorsError.pointer(path: input.path, size: pointer.size)
      }
      throw error
    }
  }

  /// Whether the file looks like a pickle, bare or in a zip archive as written by PyTorch.
  private static func isPickle(_ file: any ByteSource) -> Bool {
    guard let start = try? file.read(at: 0, count: min(4, file.length)) else { return false }
    return start == [0x50, 0x4B, 0x03, 0x04]
      || (start.count > 1 && start[0] == 0x80 && (2...5).contains(start[1]))
  }
}
