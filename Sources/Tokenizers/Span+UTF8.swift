extension Span<UInt8> {
  /// Scalar that starts at an index, and its length in bytes.
  ///
  /// The bytes come from a string and are valid; on invalid bytes this still stays in bounds.
  @inline(__always)
  func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let first = self[index]
    let length = lengthOfScalar(at: index)
    guard length > 1 else { return (Unicode.Scalar(first), 1) }
    var code = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length { code = code << 6 | UInt32(self[index + offset] & 0x3F) }
    return (Unicode.Scalar(code) ?? "\u{FFFD}", length)
  }

  /// Length in bytes of the scalar that starts at an index.
  @inline(__always)
  func lengthOfScalar(at index: Int) -> Int {
    let length =
      switch self[index] {
      case 0..<0xC0: 1
      case 0xC0..<0xE0: 2
      case 0xE0..<0xF0: 3
      default: 4
      }
    return index + length <= count ? length : 1
  }

  /// Scalar that ends before an index greater than zero, and its length in bytes.
  func scalar(before index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    var start = index - 1
    while start > 0, index - start < 4, self[start] & 0xC0 == 0x80 { start -= 1 }
    return (scalar(at: start).scalar, index - start)
  }

  /// Array of these bytes.
  var copy: [UInt8] { indices.map { self[$0] } }

  /// Whether these bytes occur at an index.
  func holds(_ bytes: [UInt8], at index: Int) -> Bool {
    guard bytes.count <= count - index else { return false }
    for offset in bytes.indices where self[index + offset] != bytes[offset] { return false }
    return true
  }
}
