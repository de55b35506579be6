import Foundation
import Tensors
import TestSupport
import Testing

/// The gguf package for Python, run by `blocks_peer.py`.
enum BlockPeer {
  /// Results of the peer for each job: floats from blocks, or blocks from floats.
  static func answers(_ command: String, _ jobs: [(type: ElementType, bytes: [UInt8])]) throws
    -> [[UInt8]]
  {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "blocks_peer.py").path
    let input = jobs.map { "\($0.type.rawValue) \(hexadecimal($0.bytes))\n" }.joined()
    let output = try python([script, command], input: Array(input.utf8))
    let lines = output.split(separator: UInt8(ascii: "\n")).map { bytes(fromHexadecimal: $0) }
    try #require(lines.count == jobs.count)
    return lines
  }

  private static func bytes(fromHexadecimal digits: ArraySlice<UInt8>) -> [UInt8] {
    func number(_ digit: UInt8) -> UInt8 { digit < 58 ? digit - 48 : digit - 87 }
    return stride(from: digits.startIndex, to: digits.endIndex, by: 2).map {
      number(digits[$0]) << 4 | number(digits[$0 + 1])
    }
  }
}

/// Decodes little-endian floats.
func floats(_ bytes: [UInt8]) -> [Float] {
  stride(from: 0, to: bytes.count, by: 4).map { start in
    Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * $1) })
  }
}
