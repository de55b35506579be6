import Kernels

/// Little-endian fields of a block.
extension Span<UInt8> {
  @inline(__always)
  func half(at index: Int) -> Float { Float(halfBits: word(at: index)) }

  @inline(__always)
  func word(at index: Int) -> UInt16 { UInt16(self[index]) | UInt16(self[index + 1]) << 8 }

  @inline(__always)
  func doubleWord(at index: Int) -> UInt32 {
    UInt32(word(at: index)) | UInt32(word(at: index + 2)) << 16
  }
}
