/// Characters that represent bytes in byte-level vocabularies, so that every token is printable.
///
/// Printable characters of Latin-1 represent their own code; the other bytes are represented by the
/// characters from U+0100 on, in order.
enum ByteAlphabet {
  static let scalars: [Unicode.Scalar] = {
    var shifted: UInt8 = 0
    return (0...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        return Unicode.Scalar(byte)
      default:
        defer { shifted += 1 }
        return Unicode.Scalar(0x100 + UInt16(shifted)) ?? Unicode.Scalar(byte)
      }
    }
  }()

  private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: zip(scalars, 0...UInt8.max))

  /// Content of the token for these bytes.
  static func content(of bytes: Span<UInt8>) -> [UInt8] {
    var content = String.UnicodeScalarView()
    for index in bytes.indices { content.append(scalars[Int(bytes[index])]) }
    return Array(String(content).utf8)
  }

  /// Bytes that the content of a token represents; nil if it contains other characters.
  static func decode(_ content: [UInt8]) -> [UInt8]? {
    var decoded: [UInt8] = []
    for scalar in String(decoding: content, as: UTF8.self).unicodeScalars {
      guard let byte = bytes[scalar] else { return nil }
      decoded.append(byte)
    }
    return decoded
  }
}
