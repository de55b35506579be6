/// One of several equal parts of a text, for calibration on several machines.
package struct DataShard: Sendable, Hashable, CustomStringConvertible {
  /// From 1 to ``count``.
  package let number: Int
  package let count: Int

  package static let whole = DataShard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  /// Parses a shard such as `2/8`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1],
      (1...65_536).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }

  package var description: String { "\(number)/\(count)" }

  /// Whether two shards of the same text share a part of it.
  func overlaps(_ other: DataShard) -> Bool {
    (number - 1) * other.count < other.number * count
      && (other.number - 1) * count < number * other.count
  }

  /// Range of this shard among `total` windows.
  package func windows(of total: Int) -> Range<Int> {
    total * (number - 1) / count..<total * number / count
  }
}
