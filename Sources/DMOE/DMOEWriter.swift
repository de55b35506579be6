package import ByteIO
import Synchronization

/// Writes a `.dmoe`: tensors in any order and from any thread, the directory last.
package final class DMOEWriter: Sendable {
  package let file: AtomicFile
  private let directoryLength: Int
  private let state: Mutex<State>

  private struct State {
    var directory: DMOEDirectory
    /// For each section and tensor how many blocks have come.
    var written: [[Int]]
  }

  /// Begins a file that will appear at `path`.
  package init(_ contents: DMOEContents, path: String) throws(DMOEError) {
    let directory = contents.laidOut()
    directoryLength = directory.sections[0].offset - DMOEPreamble.length
    state = Mutex(
      State(
        directory: directory,
        written: directory.sections.map { $0.tensors.map { _ in 0 } }))
    do {
      file = try AtomicFile(path: path)
      try file.setLength(directory.sections.last?.end ?? 0)
    } catch {
      throw .file(error)
    }
  }

  /// Everything with its place; checksums and digests are those that are known by now.
  package var directory: DMOEDirectory { state.withLock { $0.directory } }

  /// Writes the plain bytes of a tensor, all at once.
  package func write(_ bytes: [UInt8], section: Int, tensor: Int) throws(DMOEError) {
    let blockBytes = DMOEContents.blockBytes
    for (block, start) in stride(from: 0, to: bytes.count, by: blockBytes).enumerated() {
      let end = min(start + blockBytes, bytes.count)
      try write(Array(bytes[start..<end]), section: section, tensor: tensor, block: block)
    }
  }

  /// Writes one block of a tensor.
  package func write(
    _ bytes: [UInt8], section: Int, tensor: Int, block: Int
  ) throws(DMOEError) {
    let checksum = CRC32.checksum(bytes)
    let offset = state.withLock { state in
      let stored = state.directory.sections[section].tensors[tensor]
      precondition(
        block < stored.blocks.count && bytes.count == stored.blocks[block].length,
        "block \(block) of \(stored.title) has another size")
      state.directory.sections[section].tensors[tensor].blocks[block].checksum = checksum
      state.written[section][tensor] += 1
      return stored.offset + block * state.directory.blockBytes
    }
    do {
      try file.write(bytes, at: offset)
    } catch {
      throw .file(error)
    }
  }

  /// Records the digest of a source tensor's bytes.
  package func setDigest(_ digest: SHA256Digest, ofSource index: Int) {
    state.withLock { $0.directory.sourceTensors[index].digest = digest }
  }

  /// Fills in preamble and directory; the file is whole then, and takes its name by ``AtomicFile/commit()``.
  package func finish() throws(DMOEError) {
    let directory = state.withLock { state in
      for (section, counts) in state.written.enumerated() {
        for (tensor, count) in counts.enumerated() {
          let stored = state.directory.sections[section].tensors[tensor]
          precondition(count == stored.blocks.count, "\(stored.title) was not written")
        }
      }
      precondition(state.directory.sourceTensors.allSatisfy { $0.digest != nil }, "no digest")
      return state.directory
    }
    var bytes = directory.encoded()
    precondition(bytes.count <= directoryLength, "the directory grew")
    bytes += repeatElement(0x20, count: directoryLength - bytes.count)
    let preamble = DMOEPreamble(
      directoryLength: directoryLength, fileLength: directory.sections.last?.end ?? 0,
      directoryChecksum: CRC32.checksum(bytes))
    do {
      try file.write(preamble.bytes + bytes, at: 0)
    } catch {
      throw .file(error)
    }
  }
}
