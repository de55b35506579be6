import ByteIO
import Tensors

extension GGUFHeader {
  /// Reads the header of a file, and at most one scanner window beyond it.
  ///
  /// - Throws: ``GGUFError`` with field and offset of the first violation of the format.
  init(reading file: any ByteSource) throws(GGUFError) {
    var scanner = HeaderScanner(file)
    let version = try Self.version(&scanner)
    // Least bytes of a tensor (one letter, no dimensions) and a key (one letter, one-byte value).
    let tensorCount = try scanner.count(unit: 25, limit: Self.countLimit, .tensorCount)
    let keyCount = try scanner.count(unit: 14, limit: Self.countLimit, .keyCount)
    let metadata = try GGUFMetadata(keyCount, from: &scanner)
    let alignment = try Self.alignment(metadata)

    var infos: [TensorInfo] = []
    infos.reserveCapacity(tensorCount)
    var names: Set<TensorName> = []
    names.reserveCapacity(tensorCount)
    for number in 0..<tensorCount {
      let start = scanner.offset
      let info = try TensorInfo(number, from: &scanner, alignment: alignment)
      guard names.insert(info.name).inserted else {
        throw GGUFError.duplicateName(
          scanner.place(.tensor(number), at: start), name: info.name.text)
      }
      infos.append(info)
    }
    if tensorCount > 0 {
      let past = scanner.offset % alignment
      try scanner.skip(past == 0 ? 0 : alignment - past, .padding)
    }
    self.version = version
    byteOrder = scanner.order
    self.metadata = metadata
    self.alignment = alignment
    dataOffset = scanner.offset
    (entries, unknownTensors) = try Self.place(
      infos, path: file.path, available: scanner.remaining)
  }

  /// Checks magic and version, and derives the byte order from the version.
  private static func version(_ scanner: inout HeaderScanner) throws(GGUFError) -> Int {
    var letters: [UInt8] = []
    while letters.count < min(magic.count, scanner.file.length) {
      letters.append(try scanner.integer(.magic))
    }
    guard letters == magic else {
      throw GGUFError.notGGUF(scanner.place(.magic, at: 0), found: letters)
    }
    let start = scanner.offset
    var version: UInt32 = try scanner.integer(.version)
    if version & 0xFFFF == 0, version != 0 {
      scanner.order = .big
      version = version.byteSwapped
    }
    guard version == 2 || version == 3 else {
      throw GGUFError.unsupportedVersion(scanner.place(.version, at: start), found: version)
    }
    return Int(version)
  }

  private static func alignment(_ metadata: GGUFMetadata) throws(GGUFError) -> Int {
    guard let entry = metadata.entry(alignmentKey) else { return defaultAlignment }
    let found = entry.type == .u32 ? try metadata.int(alignmentKey) : nil
    guard let found, found.nonzeroBitCount == 1 else {
      throw GGUFError.invalidAlignment(
        metadata.place(of: entry.key), found: found.map { "\($0)" } ?? "the type \(entry.typeText)")
    }
    return found
  }

  /// Sorts the tensors by offset; checks that each lies within the data and that none overlap.
  private static func place(
    _ infos: [TensorInfo], path: String, available: Int
  ) throws(GGUFError) -> ([Entry], [GGUFUnknownTensor]) {
    for info in infos {
      guard info.offset <= UInt64(available), info.span <= available - Int(info.offset) else {
        throw GGUFError.pastEnd(
          info.offsetPlace(path), offset: info.offset, byteCount: info.span, available: available)
      }
    }
    // Empty tensors may share an offset; they keep the order of the header.
    let order = infos.indices.sorted {
      (infos[$0].offset, infos[$0].span, $0) < (infos[$1].offset, infos[$1].span, $1)
    }
    var end = 0
    var last: TensorInfo?
    for info in order.lazy.map({ infos[$0] }) where info.span > 0 {
      if let last, Int(info.offset) < end {
        throw GGUFError.overlap(
          info.offsetPlace(path), found: Int(info.offset), other: last.name.text, end: end)
      }
      end = Int(info.offset) + info.span
      last = info
    }

    var entries: [Entry] = []
    var unknown: [GGUFUnknownTensor] = []
    var next = available
    for info in order.reversed().lazy.map({ infos[$0] }) {
      let offset = Int(info.offset)
      switch info.content {
      case .known(let description): entries.append(Entry(description: description, offset: offset))
      case .unknown(let type, let byteCount, _):
        unknown.append(
          GGUFUnknownTensor(
            name: info.name, typeNumber: type, shape: info.shape, offset: offset,
            byteCount: byteCount, room: next - offset))
      }
      if info.span > 0 { next = offset }
    }
    return (entries.reversed(), unknown.reversed())
  }
}
