import ByteIO
package import Tensors

/// A checkpoint in GGUF: one file, or all parts of a split one.
///
/// Any part stands for the whole, and so does a folder that holds nothing else in GGUF. Tensors are
/// given little-endian, whatever the order of the file.
package struct GGUFReader: TensorSource {
  /// Where a tensor is.
  package struct Location: Sendable, Equatable {
    /// The index of the file in ``GGUFReader/files``.
    package let file: Int
    /// The offset of the tensor's first byte in that file.
    package let offset: Int
  }

  /// The files, in the order of the parts.
  package let files: [GGUFFile]
  /// The tensors, file by file, within a file in the order of their bytes.
  package let tensors: [TensorDescription]
  private let places: [TensorName: (tensor: Int, location: Location)]

  /// The metadata of the first file; other parts hold none but their number.
  package var metadata: GGUFMetadata { files[0].header.metadata }

  /// Tensors whose type is unknown, which cannot be read.
  package var unknownTensors: [GGUFUnknownTensor] { files.flatMap(\.header.unknownTensors) }

  package init(path: String) throws(GGUFError) {
    files = try GGUFFiles.open(try GGUFFiles.first(path))
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

  /// Fails if two files hold a tensor of the same name.
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

  package func location(of name: TensorName) -> Location? { places[name]?.location }

  /// How much of the files has been read so far.
  package var bytesRead: Int { files.reduce(0) { $0 + $1.input.bytesRead } }

  package func read(_ name: TensorName, _ range: Range<Int>?) throws(TensorError) -> [UInt8] {
    guard let (index, location) = places[name] else {
      throw TensorError.missing(name: name.text)
    }
    let tensor = tensors[index]
    let file = files[location.file]
    let range = range ?? 0..<tensor.byteCount
    guard range.lowerBound >= 0, range.upperBound <= tensor.byteCount else {
      // The end that was passed is the tensor's, not the file's.
      throw TensorError.file(
        .pastEnd(
          path: file.path, offset: range.lowerBound, count: range.count, length: tensor.byteCount))
    }
    guard file.header.byteOrder == .big, !range.isEmpty else {
      return try bytes(of: file, at: location.offset + range.lowerBound, count: range.count)
    }
    guard let fields = tensor.elementType.blockFields else {
      throw TensorError.unsupported(
        path: file.path, tensor: name.text,
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
