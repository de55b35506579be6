import ByteIO
import Foundation
import TestSupport
import Testing

/// Our coder against Python's zlib, in both directions.
@Suite struct DeflateTests {
  /// Bytes of many distributions: uniform, normal, skewed, constant, two values, all values once,
  /// text.
  static let samples: [[UInt8]] = {
    var numbers = RandomNumbers(seed: 20)
    var samples: [[UInt8]] = [
      [7], [7, 7], [0, 1], Array(0...255), [UInt8](repeating: 9, count: 70_000),
      Array(String(repeating: "to be or not to be, ", count: 900).utf8),
      (0..<20_000).map { $0 % 997 == 0 ? 1 : 0 },
      // Frequencies that are Fibonacci numbers give the deepest Huffman tree.
      zip(0..., [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181])
        .flatMap { [UInt8](repeating: UInt8($0.0), count: $0.1) }.shuffled(using: &numbers),
    ]
    for count in [3, 100, 4095, 4096, 4097, 5000, 65_537] {
      samples.append(numbers.bytes(count))
      samples.append(
        (0..<count).map { _ in
          // Approximates the exponents of normally distributed numbers.
          UInt8(125 - UInt64.random(in: 1...(.max), using: &numbers).leadingZeroBitCount / 2)
        })
    }
    return samples
  }()

  @Test func `zlib reads what we write, and we read it ourselves`() throws {
    var coded: [[UInt8]] = []
    for sample in Self.samples {
      for stream in [LiteralEncoder.encodeIfShorter(sample[...]), Deflate.compress(sample[...])] {
        guard let stream else { continue }
        #expect(stream.count < sample.count)
        coded += [stream, sample]
        expect(stream, gives: sample)
      }
    }
    #expect(coded.count >= 40)
    let script = """
      import sys, zlib
      for line in sys.stdin.read().split("\\n"):
          stream, plain = (bytes.fromhex(part) for part in line.split(","))
          decoder = zlib.decompressobj(-15)
          assert decoder.decompress(stream) == plain and decoder.eof and not decoder.unused_data
      """
    let lines = stride(from: 0, to: coded.count, by: 2).map {
      "\(hexadecimal(coded[$0])),\(hexadecimal(coded[$0 + 1]))"
    }
    _ = try python(["-c", script], input: Array(lines.joined(separator: "\n").utf8))
  }

  @Test func `we read what zlib writes, by every strategy`() throws {
    let script = """
      import sys, zlib
      for line in sys.stdin.read().split("\\n"):
          plain = bytes.fromhex(line)
          for level, strategy in (0, 0), (1, 0), (9, 0), (9, 2), (9, 3), (9, 4):
              coder = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
              print((coder.compress(plain) + coder.flush()).hex())
      """
    let input = Self.samples.map(hexadecimal).joined(separator: "\n")
    let output = String(
      decoding: try python(["-c", script], input: Array(input.utf8)), as: UTF8.self)
    let streams = output.split(separator: "\n").map(bytes)
    #expect(streams.count == 6 * Self.samples.count)
    for (index, stream) in streams.enumerated() { expect(stream, gives: Self.samples[index / 6]) }
  }

  @Test func `a stream that is too long, too short, cut or followed by more is refused`() throws {
    for sample in Self.samples {
      guard let stream = LiteralEncoder.encodeIfShorter(sample[...]) else { continue }
      #expect(!gives(stream, sample.count + 1))
      #expect(!gives(stream, sample.count - 1))
      #expect(!gives(stream.dropLast(), sample.count))
      #expect(!gives(stream + [0], sample.count))
    }
    #expect(!gives([], 1))
    // A stored block that claims to be longer, and a reserved block type.
    #expect(!gives([0x01, 0xFF, 0xFF, 0x00, 0x00], 65_535))
    #expect(!gives([0x07], 1))
  }

  /// zlib must agree on every damaged stream; nothing may be written outside the output buffer.
  @Test func `of streams that are damaged anywhere, zlib accepts the same ones`() throws {
    var numbers = RandomNumbers(seed: 21)
    var lines: [String] = []
    var verdicts: [String] = []
    for sample in Self.samples where sample.count <= 5000 {
      guard let stream = LiteralEncoder.encodeIfShorter(sample[...]) else { continue }
      for _ in 0..<150 {
        var damaged = stream
        // Half of the damage is in the header, which has the most variety.
        let last = Bool.random(using: &numbers) ? min(60, stream.count) : stream.count
        for _ in 0..<Int.random(in: 1...2, using: &numbers) {
          let place = Int.random(in: 0..<last, using: &numbers)
          damaged[place] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
        }
        var target = [UInt8](repeating: 0xAA, count: sample.count + 20)
        let place = 10..<10 + sample.count
        let isRead = Deflate.decompress(damaged[...], into: &target, at: place)
        #expect(
          target[..<10].allSatisfy { $0 == 0xAA } && target.suffix(10).allSatisfy { $0 == 0xAA })
        lines.append("\(sample.count),\(hexadecimal(damaged))")
        verdicts.append(isRead ? hexadecimal(Array(target[place])) : "no")
      }
    }
    let script = """
      import sys, zlib
      for line in sys.stdin.read().split("\\n"):
          count, stream = line.split(",")
          decoder, plain = zlib.decompressobj(-15), None
          try:
              plain = decoder.decompress(bytes.fromhex(stream), int(count) + 1)
          except zlib.error:
              pass
          right = plain is not None and len(plain) == int(count) and decoder.eof and not decoder.unused_data
          print(plain.hex() if right else "no")
      """
    let output = String(
      decoding: try python(["-c", script], input: Array(lines.joined(separator: "\n").utf8)),
      as: UTF8.self)
    let expected = output.split(separator: "\n").map(String.init)
    #expect(expected.count == verdicts.count)
    #expect(verdicts.contains("no") && verdicts.contains { $0 != "no" })
    for (line, pair) in zip(lines, zip(expected, verdicts)) where pair.0 != pair.1 {
      Issue.record("zlib: \(pair.0.prefix(40)), we: \(pair.1.prefix(40)) of \(line.prefix(200))")
    }
  }

  private func expect(_ stream: [UInt8], gives plain: [UInt8]) {
    var target = [UInt8](repeating: 0, count: plain.count + 2)
    #expect(Deflate.decompress(stream[...], into: &target, at: 1..<plain.count + 1))
    #expect(target == [0] + plain + [0])
  }

  private func gives(_ stream: [UInt8], _ count: Int) -> Bool {
    var target = [UInt8](repeating: 0, count: count)
    return Deflate.decompress(stream[...], into: &target, at: 0..<count)
  }
}

private func bytes(_ text: Substring) -> [UInt8] {
  let digits = text.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
