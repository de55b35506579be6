package import ByteIO
import Synchronization

/// Writer of a `.dmoe` file: tensors in any order and from any thread, the directory last.
///
/// The length of a coded block is known only after coding. Each block is therefore first written at
/// its offset in a layout without coding, and at the end moved down to follow its predecessor.
package final class DMOEWriter: Sendable {
  package let file: AtomicFile
  private let compression: DMOECompression
  /// Layout without coding.
  private let plain: DMOEDirectory
  private let state: Mutex<State>

  private struct State {
    var directory: DMOEDirectory
    /// Number of blocks written, by section and tensor.
    var written: [[Int]]
  }

  /// Creates a file that appears at `path` when it is committed.
  package init(_ contents: DMOEContents, path: String) throws(DMOEError) {
    plain = contents.laidOut()
    compression = contents.compression
    state = Mutex(
      State(directory: plain, written: plain.sections.map { $0.tensors.map { _ in 0 } }))
    do {
      file = try AtomicFile(path: path)
      try file.setLength(plain.sections.last?.end ?? 0)
    } catch {
      throw .file(error)
    }
  }

  /// Directory with the blocks written so far, at their offsets without coding.
  package var directory: DMOEDirectory { state.withLock { $0.directory } }

  /// Writes all plain bytes of a tensor.
  package func write(_ bytes: [UInt8], section: Int, tensor: Int) throws(DMOEError) {
    let blockBytes = plain.blockBytes
    for (block, start) in stride(from: 0, to: bytes.count, by: blockBytes).enumerated() {
      let end = min(start + blockBytes, bytes.count)
      try write(Array(bytes[start..<end]), section: section, tensor: tensor, block: block)
    }
  }

  /// Writes one block of a tensor from its plain bytes.
  package func write(
    _ bytes: [UInt8], section: Int, tensor: Int, block: Int
  ) throws(DMOEError) {
    let slot = plain.sections[section].tensors[tensor]
    precondition(
      block < slot.blocks.count && bytes.count == slot.blocks[block].length,
      "block \(block) of \(slot.title) has another size")
    let coded = compression == .lossless ? BlockCoding.encode(bytes, slot.elementType) : nil
    try write(stored: coded ?? bytes, section: section, tensor: tensor, block: block)
  }

  /// Writes one block of a tensor from the stored bytes of another file.
  package func write(
    stored: [UInt8], section: Int, tensor: Int, block: Int
  ) throws(DMOEError) {
    let slot = plain.sections[section].tensors[tensor]
    precondition(stored.count <= slot.blocks[block].length, "coding has made a block longer")
    let checksum = CRC32.checksum(stored)
    state.withLock { state in
      state.directory.sections[section].tensors[tensor].blocks[block] = StoredTensor.Block(
        length: stored.count, checksum: checksum)
      state.written[section][tensor] += 1
    }
    do {
      try file.write(stored, at: slot.offset(ofBlock: block))
    } catch {
      throw .file(error)
    }
  }

  /// Records the digest of a source tensor's bytes.
  package func setDigest(_ digest: SHA256Digest, ofSource index: Int) {
    state.withLock { $0.directory.sourceTensors[index].digest = digest }
  }

  /// Closes the gaps and writes preamble and directory, after which the file can be committed.
  ///
  /// - Parameter progress: called with the number of bytes at their final offset, and the total.
  /// - Returns: the length of the file in bytes.
  /// - Throws: ``DMOEError`` if reading or writing the file fails.
  @discardableResult
  package func finish(
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(DMOEError) -> Int {
    let written = state.withLock { state in
      for (section, counts) in state.written.enumerated() {
        for (tensor, count) in counts.enumerated() {
          let stored = state.directory.sections[section].tensors[tensor]
          precondition(count == stored.blocks.count, "\(stored.title) was not written")
        }
      }
      precondition(state.directory.sourceTensors.allSatisfy { $0.digest != nil }, "no digest")
      return state.directory
    }
    let directory = written.laidOut()
    let start = directory.sections[0].offset
    let end = directory.sections.last?.end ?? start
    var bytes = directory.encoded()
    bytes += repeatElement(0x20, count: start - DMOEPreamble.length - bytes.count)
    let preamble = DMOEPreamble(
      directoryLength: bytes.count, fileLength: end, directoryChecksum: CRC32.checksum(bytes))
    do {
      try closeGaps(directory) { progress($0, end) }
      try file.write(preamble.bytes + bytes, at: 0)
      try file.setLength(end)
    } catch {
      throw .file(error)
    }
    return end
  }

  /// Moves every block to its final offset.
  ///
  /// Blocks only move down, so that none is overwritten before it has moved.
  private func closeGaps(
    _ directory: DMOEDirectory, _ progress: (Int) -> Void
  ) throws(FileError) {
    for (section, slots) in zip(directory.sections, plain.sections) {
      for (index, (tensor, slot)) in zip(section.tensors, slots.tensors).enumerated() {
        var place = tensor.offset
        for (block, from) in zip(tensor.blocks.indices, slot.blockOffsets) {
          let length = tensor.blocks[block].length
          if from != place { try file.write(try file.read(at: from, count: length), at: place) }
          place += length
        }
        let next =
          index + 1 < section.tensors.count ? section.tensors[index + 1].offset : section.end
        // The padding may hold remains of moved blocks.
        if place < next {
          try file.write([UInt8](repeating: 0, count: next - place), at: place)
        }
        progress(next)
      }
    }
  }
}
