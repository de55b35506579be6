package import ByteIO
package import Tensors

/// Reader of a GGUF checkpoint: one file, or all parts of a split file.
///
/// Opens the whole set given any of its parts, or a folder that holds no other GGUF file. Bytes of
/// tensors are returned in little-endian order, whatever the byte order of the file.
package struct GGUFReader: TensorSource {
  /// File and offset of a tensor.
  private struct Location: Sendable {
    /// Index of the file in ``GGUFReader/files``.
    let file: Int
    /// Offset of the tensor's first byte in that file.
    let offset: Int
  }

  /// Files in the order of the parts.
  package let files: [GGUFFile]
  /// Tensors file by file, within a file in order of their offsets.
  package let tensors: [TensorDescription]
  private let places: [TensorName: (tensor: Int, location: Location)]

  /// Metadata of the first file; the other parts have only the split keys.
  package var metadata: GGUFMetadata { files[0].header.metadata }

  /// Tensors of unknown type, which cannot be read.
  package var unknownTensors: [GGUFUnknownTensor] { files.flatMap(\.header.unknownTensors) }

  package init(path: String) throws(GGUFError) { try self.init(LocalPlace(path)) }

  /// Opens the file that the place names, with its other parts, or the checkpoint that it holds.
  package init(_ place: any Place) throws(GGUFError) {
    files = try GGUFFiles.open(try GGUFFiles.first(place), in: place)
    tensors = files.flatMap { file in file.header.entries.map(\.description) }

    var places: [TensorName: (tensor: Int, location: Location)] = [:]
    places.reserveCapacity(tensors.count)
    for (number, file) in files.enumerated() {
      for entry in file.header.entries {
        let location = Location(file: number, offset: file.header.dataOffset + entry.offset)
        places[entry.description.name] = (places.count, location)
      }
    }
    self.places = places
    try checkNames()
  }

  /// Throws if two files hold a tensor of the same name.
  private func checkNames() throws(GGUFError) {
    guard files.count > 1 else { return }
    var seen: [TensorName: Int] = [:]
    for (number, file) in files.enumerated() {
      let header = file.header
      for name in header.entries.map(\.description.name) + header.unknownTensors.map(\.name) {
        guard let first = seen.updateValue(number, forKey: name) else { continue }
        throw GGUFError.inTwoParts(
          path: file.path, tensor: name, first: Folder.name(of: files[first].path),
          second: Folder.name(of: file.path))
      }
    }
  }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    places[name].map { tensors[$0.tensor] }
  }

  /// Number of bytes read from the files so far.
  package var bytesRead: Int { files.reduce(0) { $0 + $1.input.bytesRead } }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    guard let (index, location) = places[name] else {
      throw TensorError.missing(name: name.text)
    }
    let tensor = tensors[index]
    return OpenTensor(tensor) { (range) throws(TensorError) in
      try read(range, of: tensor, at: location)
    }
  }

  private func read(
    _ range: Range<Int>, of tensor: TensorDescription, at location: Location
  ) throws(TensorError) -> [UInt8] {
    let file = files[location.file]
    guard range.lowerBound >= 0, range.upperBound <= tensor.byteCount else {
      // The range exceeds the tensor, not the file.
      throw TensorError.file(
        .pastEnd(
          path: file.path, offset: range.lowerBound, count: range.count, length: tensor.byteCount))
    }
    guard file.header.byteOrder == .big, !range.isEmpty else {
      return try bytes(of: file, at: location.offset + range.lowerBound, count: range.count)
    }
    guard let fields = tensor.elementType.blockFields else {
      throw TensorError.unsupported(
        path: file.path, tensor: tensor.name.text,
        reason: "the order of bytes within \(tensor.elementType.rawValue) blocks is not known")
    }
    let block = tensor.elementType.block.bytes
    let lower = range.lowerBound / block * block
    // No overflow: the tensor is a whole number of blocks.
    let upper = (range.upperBound + block - 1) / block * block
    var bytes = try bytes(of: file, at: location.offset + lower, count: upper - lower)
    bytes.swapFields(fields, block: block)
    return Array(bytes[range.lowerBound - lower..<range.upperBound - lower])
  }

  private func bytes(
    of file: GGUFFile, at offset: Int, count: Int
  ) throws(TensorError) -> [UInt8] {
    do {
      return try file.input.read(at: offset, count: count)
    } catch {
      throw TensorError.file(error)
    }
  }

  package func checkUnchanged() throws(TensorError) {
    do {
      for file in files { try file.input.checkUnchanged() }
    } catch {
      throw TensorError.file(error)
    }
  }
}
