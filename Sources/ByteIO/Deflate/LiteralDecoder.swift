/// Decoder of deflate streams with a single block of literals; decodes several at a time.
///
/// All other streams are left to zlib.
@unsafe struct LiteralDecoder {
  private let source: UnsafeBufferPointer<UInt8>
  /// Start of the data, in bits.
  private let start: Int
  /// Lookup table by the next bits: the symbol, and in the upper half the length of its code word.
  private let single: [UInt32]

  private static let endOfBlock = 256
  private static let mask = UInt64(1 << Deflate.literalBits - 1)

  /// Parses the header; nil for streams of another form.
  init?(_ source: UnsafeBufferPointer<UInt8>) {
    unsafe self.source = source
    var reader = unsafe BitReader(source)
    guard unsafe reader.read(1) == 1, unsafe reader.read(2) == 2 else { return nil }
    let literals = unsafe 257 + reader.read(5)
    let distances = unsafe 1 + reader.read(5)
    let named = unsafe 4 + reader.read(4)
    guard literals == 257, distances <= 2 else { return nil }
    var own = [UInt8](repeating: 0, count: 19)
    for symbol in Deflate.lengthOrder[..<named] { own[symbol] = unsafe UInt8(reader.read(3)) }
    guard PrefixCode.isComplete(own) else { return nil }
    let table = unsafe Self.table(PrefixCode(lengths: own), bits: 7)
    var lengths: [UInt8] = []
    while lengths.count < literals + distances {
      let entry = unsafe table[reader.peek(7)]
      unsafe reader.skip(Int(entry >> 16))
      let symbol = UInt8(entry & 0xFFFF)
      switch symbol {
      case 16:
        guard let last = lengths.last else { return nil }
        lengths += repeatElement(last, count: unsafe 3 + reader.read(2))
      case 17: lengths += repeatElement(0, count: unsafe 3 + reader.read(3))
      case 18: lengths += repeatElement(0, count: unsafe 11 + reader.read(7))
      default: lengths.append(symbol)
      }
    }
    guard lengths.count == literals + distances, unsafe !reader.isPastEnd else { return nil }
    // No distances, or the two that zlib declares if it uses none.
    guard [[0], [1, 1]].contains(Array(lengths[literals...])) else { return nil }
    let code = lengths[..<literals]
    guard unsafe code[Self.endOfBlock] > 0, PrefixCode.isComplete(code),
      code.allSatisfy({ $0 <= Deflate.literalBits })
    else { return nil }
    unsafe single = Self.table(PrefixCode(lengths: Array(code)), bits: Deflate.literalBits)
    unsafe start = reader.position
  }

  /// Fills the target; false if the stream decodes to another length or has trailing bytes.
  func decode(into target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    var place = 0
    var position = unsafe start
    // For shorter targets, building the table would take longer than decoding.
    if target.count >= 4096 {
      unsafe decodeMost(into: target, &place, &position)
    }
    let reader = unsafe BitReader(source)
    while true {
      let entry = unsafe single[reader.peek(Deflate.literalBits, at: position)]
      position += Int(entry >> 16)
      let symbol = Int(entry & 0xFFFF)
      if unsafe symbol == Self.endOfBlock {
        return unsafe place == target.count && (position + 7) / 8 == source.count
      }
      guard place < target.count, unsafe position <= 8 * source.count else { return false }
      unsafe target[place] = UInt8(symbol)
      place += 1
    }
  }

  /// Decodes up to four symbols per lookup, until near the end of source or target.
  private func decodeMost(
    into target: UnsafeMutableBufferPointer<UInt8>, _ place: inout Int, _ position: inout Int
  ) {
    let table = unsafe Self.fourfold(single)
    let bytes = unsafe UnsafeRawBufferPointer(source)
    let output = UnsafeMutableRawBufferPointer(target)
    unsafe table.withUnsafeBufferPointer { table in
      var written = place
      var next = position / 8
      var bits: UInt64 = 0
      var count = 0
      let skipped = position % 8
      let lastRead = bytes.count - 8
      // Five lookups produce up to 20 bytes; a store may exceed the valid bytes by up to 4.
      let lastWrite = output.count - 24
      var isFirst = true
      while next <= lastRead, written <= lastWrite {
        let word = unsafe UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self))
        bits |= word &<< UInt64(truncatingIfNeeded: count)
        next &+= (63 &- count) &>> 3
        count |= 56
        if isFirst {
          bits &>>= UInt64(truncatingIfNeeded: skipped)
          count &-= skipped
          isFirst = false
          continue
        }
        var entry: UInt64 = 0
        for _ in 0..<5 {
          entry = unsafe table[Int(truncatingIfNeeded: bits & Self.mask)]
          unsafe output.storeBytes(
            of: UInt32(truncatingIfNeeded: entry).littleEndian, toByteOffset: written,
            as: UInt32.self)
          written &+= Int(truncatingIfNeeded: (entry &>> 32) & 0xFF)
          let length = entry &>> 40
          bits &>>= length
          count &-= Int(truncatingIfNeeded: length)
        }
        // The end of the block yields no symbol and consumes no bits here.
        if (entry &>> 32) & 0xFF == 0 { break }
      }
      if !isFirst {
        place = written
        position = 8 * next - count
      }
    }
  }

  /// Builds the table of symbol and word length for all values of the next bits.
  private static func table(_ code: PrefixCode, bits: Int) -> [UInt32] {
    var table = [UInt32](repeating: 0, count: 1 << bits)
    for (symbol, length) in code.lengths.enumerated() where length > 0 {
      let entry = UInt32(symbol) | UInt32(length) << 16
      for index in stride(from: Int(code.words[symbol]), to: 1 << bits, by: 1 << Int(length)) {
        table[index] = entry
      }
    }
    return table
  }

  /// Builds a table of up to four literals that the next bits hold completely: the literals, their
  /// number, and their total length in bits.
  private static func fourfold(_ single: [UInt32]) -> [UInt64] {
    single.indices.map { index in
      var symbols: UInt64 = 0
      var used = 0
      var count = 0
      while count < 4 {
        let entry = single[index >> used]
        let length = Int(entry >> 16)
        guard unsafe entry & 0xFFFF != endOfBlock, used + length <= Deflate.literalBits else {
          break
        }
        symbols |= UInt64(entry & 0xFF) << UInt64(8 * count)
        used += length
        count += 1
      }
      return symbols | UInt64(count) << 32 | UInt64(used) << 40
    }
  }
}
