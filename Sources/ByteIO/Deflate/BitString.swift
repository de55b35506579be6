/// A sequence of bit fields.
struct BitString {
  private(set) var parts: [(bits: UInt32, length: Int)] = []
  private(set) var count = 0

  mutating func append(_ bits: UInt32, _ length: Int) {
    parts.append((bits, length))
    count += length
  }
}
