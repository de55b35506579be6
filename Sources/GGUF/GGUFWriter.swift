import ByteIO
import Synchronization
package import Tensors

/// Writes a checkpoint in GGUF, version 3 and little-endian, as one file or as several.
///
/// Metadata and tensors keep the order in which they are given, and the bytes of the files depend on
/// them alone. The bytes of the tensors then come in any order, in parts where wanted, and from any
/// thread. The files appear under their names with ``commit()`` and not before.
package final class GGUFWriter: Sendable {
  /// The files that ``commit()`` makes.
  package let paths: [String]
  /// The tensors in their order, part by part.
  private let places: [Place]
  private let numbers: [TensorName: Int]
  private let files: [AtomicFile]
  private let state: Mutex<State>

  private struct Place {
    let description: TensorDescription
    let file: Int
    /// The tensor's first byte, from the start of the file.
    let offset: Int
  }

  private struct State {
    var coverage: [Coverage]
    var isFinished = false
  }

  /// Opens the files and writes their headers.
  ///
  /// - Parameters:
  ///   - path: where the file will appear; of several, each has its number before `.gguf`.
  ///   - metadata: without what tells parts apart, which is left out and set as it must be.
  ///   - tensors: as they shall follow each other.
  ///   - limit: what a part holds at most; nil writes one file, as does a limit that is not reached.
  /// - Throws: where a strict reader would refuse the files, or they cannot be created.
  package init(
    path: String, metadata: [GGUFKeyValue], tensors: [TensorDescription],
    limit: GGUFPartLimit? = nil
  ) throws(GGUFError) {
    let layouts = try Self.layouts(
      path: path, metadata: metadata, parts: limit?.parts(of: tensors) ?? [tensors])
    paths = layouts.map(\.path)
    places = layouts.enumerated().flatMap { number, layout in
      layout.tensors.map { Place(description: $0.description, file: number, offset: $0.offset) }
    }
    // Of one file the layout has compared the names, but not those of several.
    var numbers: [TensorName: Int] = [:]
    for (number, place) in places.enumerated() {
      guard numbers.updateValue(number, forKey: place.description.name) == nil else {
        throw GGUFError.duplicateName(
          GGUFPlace(path: path, field: .tensor(number), offset: nil),
          name: place.description.name.text)
      }
    }
    self.numbers = numbers
    state = Mutex(State(coverage: Array(repeating: Coverage(), count: places.count)))
    do {
      files = try layouts.map { layout throws(FileError) in
        let file = try AtomicFile(path: layout.path)
        // What is not written is zero: the padding.
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
        GGUFPlace(path: path, field: .value(key: SplitKeys.count), offset: nil),
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

  /// Writes a part of a tensor, or all of it; the offset counts from the tensor's first byte.
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

  /// Gives the files their names, once every tensor is whole; the first part comes last, so that
  /// a set without it is a set that was not finished.
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
