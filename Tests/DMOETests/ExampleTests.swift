import DMOE
import Foundation
import Tensors
import TestSupport
import Testing

/// The file shown in hex in `formats/dmoe.md`, rebuilt from that page alone.
@Suite struct ExampleTests {
  private let folder: TemporaryFolder
  private let path: String

  /// A line of hex: four spaces, an offset, two spaces, bytes, and optionally a remark.
  private struct Line {
    let offset: Int
    let bytes: [UInt8]

    init?(_ text: Substring) {
      guard let match = text.wholeMatch(of: /\ {4}([0-9a-f]{3})\ \ ([0-9a-f ]+?)(\ \ .*|\ ….*)?/),
        let offset = Int(match.1, radix: 16)
      else { return nil }
      self.offset = offset
      let digits = Array(match.2.filter { $0 != " " })
      bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
        UInt8(String(digits[index...index + 1]), radix: 16)
      }
    }
  }

  init() throws {
    let file = packageRoot.appending(path: "formats/dmoe.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(page.range(of: "## 11.")).upperBound
    let end = try #require(page.range(of: "## 12.")).lowerBound
    let lines = page[start..<end].split(separator: "\n", omittingEmptySubsequences: false)
    let first = try #require(lines.firstIndex { $0.hasPrefix("    {") })
    let directory = lines[first...].prefix { !$0.isEmpty }.map { $0.dropFirst(4) }.joined()

    var bytes = [UInt8](repeating: 0, count: 2304)
    bytes.replaceSubrange(64..<64 + 1728, with: repeatElement(0x20, count: 1728))
    bytes.replaceSubrange(64..<64 + directory.utf8.count, with: directory.utf8)
    for line in lines.compactMap(Line.init) {
      bytes.replaceSubrange(line.offset..<line.offset + line.bytes.count, with: line.bytes)
    }
    folder = try TemporaryFolder()
    path = try folder.write(bytes, to: "example.dmoe")
  }

  @Test func `both readers take the example of the format's page`() throws {
    let reader = try DMOEReader(path: path)
    #expect(reader.file.length == 2304 && reader.holdsDense)
    #expect(try reader.permutation(layer: 0) == [2, 0, 3, 1])
    try reader.checkPadding()
    #expect(try Peer.describe(path).contains("complete: all 3 dense tensors rebuilt"))
  }

  @Test func `the example's coded block holds the elements that the page names`() throws {
    let reader = try DMOEReader(path: path)
    let embedding = try #require(reader.shared(.source("embedding")))
    #expect(embedding.blocks.map(\.length) == [110])
    let bytes = try reader.read(embedding)
    #expect(bytes.prefix(4) == [0x8d, 0x3c, 0x28, 0x3d] && bytes[6..<8] == [0x85, 0xbd])
    let up = try #require(reader.part(.up, layer: 0, ring: 0))
    #expect(try reader.read(up).prefix(2) == [0x00, 0x40])
  }
}
