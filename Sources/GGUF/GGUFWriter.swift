import ByteIO
import Synchronization
package import Tensors

/// Writer of a GGUF checkpoint, version 3 and little-endian, as one file or several.
///
/// Metadata and tensors keep the given order, and the bytes of the files depend on nothing else.
/// Bytes of tensors may be written in any order, in pieces, and from any thread. The files appear
/// under their names only with ``commit()``.
package final class GGUFWriter: Sendable {
  /// Paths of the files that ``commit()`` creates.
  package let paths: [String]
  /// Total length of the files.
  package let byteCount: Int
  /// Tensors in the given order, part by part.
  private let places: [Place]
  private let numbers: [TensorName: Int]
  private let files: [AtomicFile]
  private let state: Mutex<State>

  private struct Place {
    let description: TensorDescription
    let file: Int
    /// File offset of the tensor's first byte.
    let offset: Int
  }

  private struct State {
    var coverage: [Coverage]
    var isFinished = false
  }

  /// Opens the files and writes their headers.
  ///
  /// - Parameters:
  ///   - path: final path of the file; parts have their number before `.gguf`.
  ///   - metadata: keys and values; split keys in it are ignored and set by the writer.
  ///   - tensors: the tensors in the order in which they are stored.
  ///   - limit: maximum size of a part; nil, or a limit that is not reached, writes one file.
  /// - Throws: ``GGUFError`` if a strict reader would refuse the files, or they cannot be created.
  package init(
    path: String, metadata: [GGUFKeyValue], tensors: [TensorDescription],
    limit: GGUFPartLimit? = nil
  ) throws(GGUFError) {
    let layouts = try Self.layouts(
      path: path, metadata: metadata, parts: limit?.parts(of: tensors) ?? [tensors])
    paths = layouts.map(\.path)
    byteCount = layouts.reduce(0) { $0 + $1.length }
    places = layouts.enumerated().flatMap { number, layout in
      layout.tensors.map { Place(description: $0.description, file: number, offset: $0.offset) }
    }
    // Each layout checks the names within its file; this checks them across files.
    var numbers: [TensorName: Int] = [:]
    for (number, place) in places.enumerated() {
      guard numbers.updateValue(number, forKey: place.description.name) == nil else {
        throw GGUFError.duplicateName(
          GGUFPosition(path: path, field: .tensor(number), offset: nil),
          name: place.description.name.text)
      }
    }
    self.numbers = numbers
    state = Mutex(State(coverage: Array(repeating: Coverage(), count: places.count)))
    do {
      files = try layouts.map { layout throws(FileError) in
        let file = try AtomicFile(path: layout.path)
        // Unwritten bytes, such as the padding, are zero.
        try file.setLength(layout.length)
        try file.write(layout.header, at: 0)
        return file
      }
    } catch {
      throw GGUFError.file(error)
    }
  }

  private static func layouts(
    path: String, metadata: [GGUFKeyValue], parts: [[TensorDescription]]
  ) throws(GGUFError) -> [GGUFLayout] {
    let own = Set(SplitKeys.all.map { TensorName($0) })
    let metadata = metadata.filter { !own.contains(TensorName($0.key)) }
    guard parts.count > 1 else {
      return [try GGUFLayout(path: path, metadata: metadata, tensors: parts[0])]
    }
    guard let count = UInt16(exactly: parts.count) else {
      throw GGUFError.tooLarge(
        GGUFPosition(path: path, field: .value(key: SplitKeys.count), offset: nil),
        limit: Int(UInt16.max), found: UInt64(parts.count))
    }
    let sum = Int32(clamping: parts.reduce(0) { $0 + $1.count })
    let prefix = path.hasSuffix(".gguf") ? String(path.dropLast(5)) : path
    var layouts: [GGUFLayout] = []
    for (number, tensors) in parts.enumerated() {
      let split = [
        GGUFKeyValue(SplitKeys.number, .u16(UInt16(number))),
        GGUFKeyValue(SplitKeys.count, .u16(count)), GGUFKeyValue(SplitKeys.tensors, .i32(sum)),
      ]
      layouts.append(
        try GGUFLayout(
          path: prefix + SplitName.ending(part: number + 1, of: parts.count),
          metadata: number == 0 ? metadata + split : split, tensors: tensors))
    }
    return layouts
  }

  /// Writes all or part of a tensor; the offset counts from the tensor's first byte.
  package func write(
    _ bytes: [UInt8], of tensor: TensorName, at offset: Int = 0
  ) throws(GGUFError) {
    guard let number = numbers[tensor] else {
      throw GGUFError.unknownTensor(path: paths[0], tensor: tensor)
    }
    let place = places[number]
    let file = files[place.file]
    let byteCount = place.description.byteCount
    guard offset >= 0, offset <= byteCount, bytes.count <= byteCount - offset else {
      throw GGUFError.outsideTensor(
        path: file.path, tensor: tensor, offset: offset, count: bytes.count, byteCount: byteCount)
    }
    guard !bytes.isEmpty else { return }
    let range = offset..<offset + bytes.count
    try state.withLock { state throws(GGUFError) in
      guard !state.isFinished else { throw GGUFError.finished(path: file.path) }
      guard state.coverage[number].reserve(range) else {
        throw GGUFError.writtenTwice(path: file.path, tensor: tensor, range: range)
      }
    }
    do {
      try file.write(bytes, at: place.offset + offset)
    } catch {
      throw GGUFError.file(error)
    }
    state.withLock { $0.coverage[number].written += bytes.count }
  }

  /// Renames the files to their final names if every tensor is complete.
  ///
  /// The first part comes last, so that a set without it is recognised as unfinished.
  package func commit() throws(GGUFError) {
    try state.withLock { state throws(GGUFError) in
      guard !state.isFinished else { throw GGUFError.finished(path: paths[0]) }
      for (place, coverage) in zip(places, state.coverage)
      where coverage.written != place.description.byteCount {
        throw GGUFError.incomplete(
          path: files[place.file].path, tensor: place.description.name,
          expected: place.description.byteCount, written: coverage.written)
      }
      state.isFinished = true
      do throws(FileError) {
        for file in files.reversed() { try file.commit() }
      } catch {
        throw GGUFError.file(error)
      }
    }
  }
}
