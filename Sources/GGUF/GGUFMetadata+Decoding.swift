import ByteIO

extension GGUFMetadata {
  /// Reads and decodes the value of an entry.
  package func value(of entry: Entry) throws(GGUFError) -> GGUFValue {
    var decoder = ValueDecoder(try bytes(of: entry), byteOrder)
    // Entries were checked on opening: a mismatch means that the file has changed since.
    guard let value = decoder.value(entry) else {
      throw GGUFError.file(.changed(path: file.path))
    }
    return value
  }

  /// Key and value of an entry, re-encoded as little-endian, for writing to another file.
  package func copy(of entry: Entry) throws(GGUFError) -> GGUFKeyValue {
    let bytes = try bytes(of: entry)
    guard byteOrder == .big else {
      return GGUFKeyValue(key: entry.key, type: entry.type, bytes: bytes)
    }
    return GGUFKeyValue(entry.key, try value(of: entry))
  }

  /// All keys with their values, in file order.
  package func copies() throws(GGUFError) -> [GGUFKeyValue] {
    try entries.map { entry throws(GGUFError) in try copy(of: entry) }
  }

  private func bytes(of entry: Entry) throws(GGUFError) -> [UInt8] {
    do {
      return try file.read(at: entry.offset, count: entry.byteCount)
    } catch {
      throw GGUFError.file(error)
    }
  }
}

/// Decodes values from the bytes of one entry; nil if the bytes end too soon.
private struct ValueDecoder {
  private let bytes: [UInt8]
  private let order: ByteOrder
  private var position = 0

  init(_ bytes: [UInt8], _ order: ByteOrder) {
    self.bytes = bytes
    self.order = order
  }

  mutating func value(_ entry: GGUFMetadata.Entry) -> GGUFValue? {
    switch entry.type {
    case .u8: word().map { .u8($0) }
    case .i8: word().map { .i8(Int8(bitPattern: $0)) }
    case .u16: word().map { .u16($0) }
    case .i16: word().map { .i16(Int16(bitPattern: $0)) }
    case .u32: word().map { .u32($0) }
    case .i32: word().map { .i32(Int32(bitPattern: $0)) }
    case .u64: word().map { .u64($0) }
    case .i64: word().map { .i64(Int64(bitPattern: $0)) }
    case .f32: word().map { .f32(Float(bitPattern: $0)) }
    case .f64: word().map { .f64(Double(bitPattern: $0)) }
    case .bool: word(UInt8.self).map { .bool($0 != 0) }
    case .string: string().map { .string($0) }
    case .array: array(entry).map { .array($0) }
    }
  }

  private mutating func array(_ entry: GGUFMetadata.Entry) -> GGUFArray? {
    guard let type: UInt32 = word(), type == entry.elementType?.rawValue,
      let found: UInt64 = word(), found == UInt64(entry.count)
    else { return nil }
    let count = entry.count
    return switch entry.elementType {
    case .u8: words(count).map { .u8($0) }
    case .i8: words(count).map { .i8($0.map { Int8(bitPattern: $0) }) }
    case .u16: words(count).map { .u16($0) }
    case .i16: words(count).map { .i16($0.map { Int16(bitPattern: $0) }) }
    case .u32: words(count).map { .u32($0) }
    case .i32: words(count).map { .i32($0.map { Int32(bitPattern: $0) }) }
    case .u64: words(count).map { .u64($0) }
    case .i64: words(count).map { .i64($0.map { Int64(bitPattern: $0) }) }
    case .f32: words(count).map { .f32($0.map { Float(bitPattern: $0) }) }
    case .f64: words(count).map { .f64($0.map { Double(bitPattern: $0) }) }
    case .bool: words(count, UInt8.self).map { .bool($0.map { $0 != 0 }) }
    case .string: strings(count).map { .string($0) }
    case .array, nil: nil
    }
  }

  private mutating func word<Word: FixedWidthInteger & UnsignedInteger>(
    _: Word.Type = Word.self
  ) -> Word? {
    let size = MemoryLayout<Word>.size
    guard size <= bytes.count - position else { return nil }
    defer { position += size }
    return order.load(Word.self, from: bytes, at: position)
  }

  private mutating func words<Word: FixedWidthInteger & UnsignedInteger>(
    _ count: Int, _: Word.Type = Word.self
  ) -> [Word]? {
    let size = MemoryLayout<Word>.size
    guard count <= (bytes.count - position) / size else { return nil }
    let start = position
    position += count * size
    return (0..<count).map { order.load(Word.self, from: bytes, at: start + $0 * size) }
  }

  private mutating func string() -> [UInt8]? {
    guard let length: UInt64 = word(), length <= UInt64(bytes.count - position) else { return nil }
    defer { position += Int(length) }
    return Array(bytes[position..<position + Int(length)])
  }

  private mutating func strings(_ count: Int) -> [[UInt8]]? {
    guard count <= (bytes.count - position) / 8 else { return nil }
    var strings: [[UInt8]] = []
    strings.reserveCapacity(count)
    for _ in 0..<count {
      guard let string = string() else { return nil }
      strings.append(string)
    }
    return strings
  }
}
