/// Scalars outside ASCII as sorted, disjoint intervals, for operations on sets.
struct ScalarIntervals {
  /// Without neighbours that touch.
  private(set) var ranges: [ClosedRange<UInt32>]

  private static let all: ClosedRange<UInt32> = 0x80...0x10FFFF

  /// Sorts and joins ranges.
  init(_ ranges: [ClosedRange<UInt32>]) {
    var joined: [ClosedRange<UInt32>] = []
    joined.reserveCapacity(ranges.count)
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    self.ranges = joined
  }

  var complement: ScalarIntervals {
    var gaps: [ClosedRange<UInt32>] = []
    var next = Self.all.lowerBound
    for range in ranges {
      if next < range.lowerBound { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= Self.all.upperBound { gaps.append(next...Self.all.upperBound) }
    return ScalarIntervals(gaps)
  }

  func union(_ other: ScalarIntervals) -> ScalarIntervals {
    ScalarIntervals(ranges + other.ranges)
  }

  func intersection(_ other: ScalarIntervals) -> ScalarIntervals {
    complement.union(other.complement).complement
  }
}
