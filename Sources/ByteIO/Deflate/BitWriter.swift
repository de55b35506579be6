/// Writer of consecutive code words, lowest bit of a byte first.
@unsafe struct BitWriter {
  private let target: UnsafeMutableRawBufferPointer
  private var place = 0
  private var bits: UInt64 = 0
  private var count = 0

  /// - Parameter target: buffer with room for all words and 8 more bytes.
  init(_ target: UnsafeMutableRawBufferPointer) { unsafe self.target = target }

  /// Adds a word; fewer than 57 bits may be pending before ``flush()``.
  @inline(__always)
  mutating func put(_ word: UInt64, _ length: Int) {
    unsafe bits |= word &<< UInt64(truncatingIfNeeded: count)
    unsafe count &+= length
  }

  /// Writes the complete bytes.
  @inline(__always)
  mutating func flush() {
    unsafe target.storeBytes(of: bits.littleEndian, toByteOffset: place, as: UInt64.self)
    unsafe place &+= count &>> 3
    unsafe bits &>>= UInt64(truncatingIfNeeded: count & ~7)
    unsafe count &= 7
  }

  mutating func append(_ word: UInt64, _ length: Int) {
    unsafe put(word, length)
    unsafe flush()
  }
}
