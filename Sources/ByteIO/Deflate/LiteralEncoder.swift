/// Encoder of a deflate stream of literals only, in one block (RFC 1951, section 3.2.7).
///
/// Exponents of weights are nearly independent: matches would cost time and bytes.
package struct LiteralEncoder {
  /// Code of the literals, followed by the end of the block.
  private let code: PrefixCode
  private let header: BitString
  private let bitCount: Int

  private static let endOfBlock = 256

  /// Computes the optimal code for these bytes.
  init(for bytes: ArraySlice<UInt8>) {
    var counts = Self.counts(of: bytes)
    counts.append(1)
    code = PrefixCode(counts: counts, limit: Deflate.literalBits)
    header = Self.header(lengths: code.lengths)
    bitCount =
      header.count + zip(counts, code.lengths).reduce(0) { $0 + $1.0 * Int($1.1) }
  }

  /// Encodes the bytes; nil if the stream would not be shorter.
  package static func encodeIfShorter(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let encoder = LiteralEncoder(for: bytes)
    return encoder.byteCount < bytes.count ? encoder.encode(bytes) : nil
  }

  /// Length of the stream in bytes.
  var byteCount: Int { (bitCount + 7) / 8 }

  /// Encodes the bytes for which the code was computed.
  func encode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    // Words are written eight bytes at a time.
    let room = byteCount + 16
    // Word and length together, so that a symbol takes one lookup.
    let table = zip(code.words, code.lengths).map { UInt32($0) | UInt32($1) << 16 }
    return unsafe [UInt8](unsafeUninitializedCapacity: room) { target, initialized in
      var writer = unsafe BitWriter(UnsafeMutableRawBufferPointer(target))
      for (bits, length) in header.parts { unsafe writer.append(UInt64(bits), length) }
      unsafe table.withUnsafeBufferPointer { table in
        unsafe bytes.withUnsafeBufferPointer { bytes in
          var place = 0
          // Four words and the rest of a byte fit into 64 bits.
          while place + 4 <= bytes.count {
            for offset in 0..<4 {
              let entry = unsafe table[Int(bytes[place + offset])]
              unsafe writer.put(UInt64(entry & 0xFFFF), Int(entry >> 16))
            }
            unsafe writer.flush()
            place += 4
          }
          for place in place..<bytes.count {
            let entry = unsafe table[Int(bytes[place])]
            unsafe writer.append(UInt64(entry & 0xFFFF), Int(entry >> 16))
          }
          let end = unsafe table[Self.endOfBlock]
          unsafe writer.append(UInt64(end & 0xFFFF), Int(end >> 16))
        }
      }
      initialized = byteCount
    }
  }

  /// Histogram of the byte values.
  private static func counts(of bytes: ArraySlice<UInt8>) -> [Int] {
    // Four tables, so that increments for equal neighbours do not wait for each other.
    var tables = [UInt32](repeating: 0, count: 4 * 256)
    unsafe tables.withUnsafeMutableBufferPointer { tables in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        var place = 0
        while place + 4 <= bytes.count {
          unsafe tables[Int(bytes[place])] &+= 1
          unsafe tables[256 + Int(bytes[place + 1])] &+= 1
          unsafe tables[512 + Int(bytes[place + 2])] &+= 1
          unsafe tables[768 + Int(bytes[place + 3])] &+= 1
          place += 4
        }
        for place in place..<bytes.count { unsafe tables[Int(bytes[place])] &+= 1 }
      }
    }
    return (0..<256).map { value in
      (0..<4).reduce(0) { $0 + Int(tables[$1 * 256 + value]) }
    }
  }

  /// Header before the data: final block, dynamic code, and the lengths of its words.
  private static func header(lengths: [UInt8]) -> BitString {
    // One distance length of 0 means that there are no distances.
    let runs = runs(of: lengths + [0])
    var counts = [Int](repeating: 0, count: 19)
    for run in runs { counts[run.symbol] += 1 }
    // Ensures two symbols; normally the lengths of literals and the 0 for distances provide them.
    if counts.count(where: { $0 > 0 }) < 2 { counts[counts[0] > 0 ? 1 : 0] += 1 }
    let code = PrefixCode(counts: counts, limit: 7)
    let named = Deflate.lengthOrder.lastIndex { code.lengths[$0] > 0 } ?? 3
    var header = BitString()
    header.append(1, 1)
    header.append(2, 2)
    header.append(0, 5)
    header.append(0, 5)
    header.append(UInt32(max(named, 3) - 3), 4)
    for symbol in Deflate.lengthOrder[...max(named, 3)] {
      header.append(UInt32(code.lengths[symbol]), 3)
    }
    for run in runs {
      header.append(UInt32(code.words[run.symbol]), Int(code.lengths[run.symbol]))
      header.append(UInt32(run.extra), run.extraBits)
    }
    return header
  }

  private struct Run {
    let symbol: Int
    var extra = 0
    var extraBits = 0
  }

  /// Lengths in the alphabet of section 3.2.7, which has symbols for runs of zeros.
  private static func runs(of lengths: [UInt8]) -> [Run] {
    var runs: [Run] = []
    var place = 0
    while place < lengths.count {
      let zeros = lengths[place...].prefix(138).prefix { $0 == 0 }.count
      switch zeros {
      case 11...: runs.append(Run(symbol: 18, extra: zeros - 11, extraBits: 7))
      case 3...: runs.append(Run(symbol: 17, extra: zeros - 3, extraBits: 3))
      default: runs.append(Run(symbol: Int(lengths[place])))
      }
      place += zeros >= 3 ? zeros : 1
    }
    return runs
  }
}
