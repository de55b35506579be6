import ByteIO
import Synchronization
package import Tensors

/// Writer of one safetensors file, whose bytes depend only on the tensors and the metadata.
///
/// The tensors are described first; their bytes may then be written in any order, in pieces, and
/// from any thread. The file appears under its name only with ``commit()``.
package final class SafetensorsWriter: Sendable {
  /// The written header, with the offset of every tensor.
  package let header: SafetensorsHeader
  private let file: AtomicFile
  private let numbers: [TensorName: Int]
  private let state: Mutex<State>

  private struct State {
    var coverage: [Coverage]
    var isFinished = false
  }

  /// Opens the file and writes its header.
  ///
  /// Metadata, such as `format`, is written sorted by key; nil omits it.
  package init(
    path: String, tensors: [TensorDescription], metadata: [(key: String, value: String)]? = nil
  ) throws(SafetensorsError) {
    let (header, bytes) = try SafetensorsHeader.layingOut(tensors, metadata: metadata, path: path)
    self.header = header
    numbers = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map {
        ($0.element.description.name, $0.offset)
      })
    state = Mutex(State(coverage: Array(repeating: Coverage(), count: header.entries.count)))
    do {
      file = try AtomicFile(path: path)
      try file.write(bytes, at: 0)
    } catch {
      throw SafetensorsError.file(error)
    }
  }

  /// Writes all or part of a tensor; the offset counts from the tensor's first byte.
  package func write(
    _ bytes: [UInt8], of tensor: TensorName, at offset: Int = 0
  ) throws(SafetensorsError) {
    guard let number = numbers[tensor] else {
      throw SafetensorsError.unknownTensor(path: file.path, tensor: tensor)
    }
    let entry = header.entries[number]
    let byteCount = entry.description.byteCount
    guard offset >= 0, offset <= byteCount, bytes.count <= byteCount - offset else {
      throw SafetensorsError.outsideTensor(
        path: file.path, tensor: tensor, offset: offset, count: bytes.count, byteCount: byteCount)
    }
    guard !bytes.isEmpty else { return }
    let range = offset..<offset + bytes.count
    try state.withLock { state throws(SafetensorsError) in
      guard !state.isFinished else { throw SafetensorsError.finished(path: file.path) }
      guard state.coverage[number].reserve(range) else {
        throw SafetensorsError.writtenTwice(path: file.path, tensor: tensor, range: range)
      }
    }
    do {
      try file.write(bytes, at: header.dataOffset + entry.offset + offset)
    } catch {
      throw SafetensorsError.file(error)
    }
    state.withLock { $0.coverage[number].written += bytes.count }
  }

  /// Renames the file to its final name if every tensor is complete.
  package func commit() throws(SafetensorsError) {
    try state.withLock { state throws(SafetensorsError) in
      guard !state.isFinished else { throw SafetensorsError.finished(path: file.path) }
      for (entry, coverage) in zip(header.entries, state.coverage)
      where coverage.written != entry.description.byteCount {
        throw SafetensorsError.incomplete(
          path: file.path, tensor: entry.description.name,
          expected: entry.description.byteCount, written: coverage.written)
      }
      state.isFinished = true
      do throws(FileError) {
        try file.commit()
      } catch {
        throw SafetensorsError.file(error)
      }
    }
  }

  /// Writes and commits a small file at once.
  package static func write(
    _ tensors: [(TensorDescription, [UInt8])], metadata: [(key: String, value: String)]? = nil,
    to path: String
  ) throws(SafetensorsError) {
    let writer = try SafetensorsWriter(
      path: path, tensors: tensors.map(\.0), metadata: metadata)
    for (tensor, bytes) in tensors { try writer.write(bytes, of: tensor.name) }
    try writer.commit()
  }
}
