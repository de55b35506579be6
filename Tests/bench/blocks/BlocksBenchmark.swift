import Tensors

/// Decodes pieces of 2²⁰ quantised elements in memory, on one thread: `blocks-benchmark TYPE...`.
///
/// Prints, for each type, the bytes of floats per second in the best of ten runs over 16 pieces.
@main
struct BlocksBenchmark {
  static func main() {
    let speeds = CommandLine.arguments.dropFirst().compactMap(ElementType.init).map { type in
      let count = 1 << 20
      // A repeated byte gives finite scales in any layout; decoding time does not depend on the
      // values.
      let bytes = [UInt8](repeating: 0x15, count: count / type.block.elements * type.block.bytes)
      var values = [Float](repeating: .nan, count: count)
      let seconds = (0..<10).map { _ in
        let started = ContinuousClock.now
        for _ in 0..<16 {
          var span = values.mutableSpan
          type.decode(bytes, into: &span)
        }
        return (ContinuousClock.now - started) / .seconds(1)
      }
      precondition(values.allSatisfy(\.isFinite), "\(type.rawValue) is not decoded")
      return Double(16 * 4 * count) / (seconds.min() ?? 0)
    }
    print(speeds.map { String(Int($0)) }.joined(separator: " "))
  }
}
