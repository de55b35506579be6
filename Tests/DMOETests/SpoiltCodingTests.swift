import ByteIO
import DMOE
import Foundation
import JSON
import TestSupport
import Testing

/// Blocks with valid checksums and invalid coding.
@Suite struct SpoiltCodingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The embedding: 1024 BF16 values; the first plane is a compressed stream, the second is not.
  private static let tensor = "sections[0].tensors[2]"
  private static let count: UInt32 = 1024

  private struct Row {
    let name: String
    let bytes: [UInt8]
    var offset = 0
  }

  private static func rows(_ stored: Int) -> [Row] {
    let first = UInt32(stored) - 8 - count
    func lengths(_ a: UInt32, _ b: UInt32) -> [UInt8] {
      LittleEndian.bytes(of: a) + LittleEndian.bytes(of: b)
    }
    // Decodes to far more bytes than the block has.
    let endless = Deflate.compress([UInt8](repeating: 0, count: 200_000)[...]) ?? []
    return [
      Row(name: "a plane without bytes", bytes: lengths(0, count)),
      Row(name: "a plane that is one longer", bytes: lengths(first + 1, count - 1)),
      Row(name: "planes that end before the block", bytes: lengths(first - 1, count)),
      Row(name: "planes that end behind the block", bytes: lengths(first + 1, count)),
      Row(name: "a plane longer than its elements", bytes: lengths(count + 1, first - 1)),
      Row(name: "lengths whose sum overflows", bytes: lengths(.max, first + count + 1)),
      Row(name: "lengths of 2^31", bytes: lengths(1 << 31, 1 << 31)),
      Row(name: "planes that changed places", bytes: lengths(count, first)),
      Row(name: "a stream that goes on", bytes: endless, offset: 8),
      Row(name: "a block of a type that is reserved", bytes: [0x07], offset: 8),
      Row(name: "a stored block that is longer", bytes: [0x01, 0xFF, 0xFF, 0, 0], offset: 8),
      Row(name: "an empty stream", bytes: [0x03, 0x00], offset: 8),
      Row(name: "a stream that is not the last block", bytes: [0x04], offset: 8),
    ]
  }

  @Test func `a block that does not decode is refused by both readers`() throws {
    let whole = try Draft.coded()
    let path = try folder.write(whole.bytes, to: "whole")
    #expect(try refusal(of: path) == nil)
    let stored = try #require(whole.directory[Self.tensor + ".blocks[0][0]"].int)
    try #require(stored < 2048 && whole.directory[Self.tensor + ".kind"] == "source")
    var paths = [path]
    let rows = Self.rows(stored)
    for (number, row) in rows.enumerated() {
      var draft = whole
      draft.replace(row.bytes, at: row.offset, in: Self.tensor)
      let path = try folder.write(draft.bytes, to: "\(number)")
      let error = try #require(try refusal(of: path), "\(row.name)")
      guard case .tensor(.undecodable(path, "embedding", _)) = error else {
        Issue.record("\(row.name): \(error)")
        continue
      }
      paths.append(path)
    }
    let verdicts = try Peer.judge(paths)
    #expect(verdicts.first == "accept")
    for (row, verdict) in zip(rows, verdicts.dropFirst()) {
      #expect(verdict.hasPrefix("reject"), "\(row.name): \(verdict)")
    }
  }

  @Test func `bits that flip in a stream under right checksums never come out as the tensor`()
    throws
  {
    let whole = try Draft.coded()
    let stored = try #require(whole.directory[Self.tensor + ".blocks[0][0]"].int)
    var numbers = RandomNumbers(seed: 40)
    let plain = try embedding(of: whole, "whole")
    var paths: [String] = []
    for number in 0..<200 {
      var draft = whole
      let place = Int.random(in: 0..<stored, using: &numbers)
      let start = (draft.directory[Self.tensor + ".offset"].int ?? 0) - 64 - Draft.room
      let byte = draft.body[start + place] ^ 1 << UInt8.random(in: 0...7, using: &numbers)
      draft.replace([byte], at: place, in: Self.tensor)
      let found = try? embedding(of: draft, "\(number)")
      // Only the padding bits after the end of the stream may change without effect.
      #expect(found != plain || place == stored - 1 - Int(Self.count))
      paths.append(folder.path("\(number)"))
    }
    // The digest is wrong even if the stream can be decoded.
    let accepted = try Peer.judge(paths).count { $0 == "accept" }
    #expect(accepted <= 3)
  }

  private func embedding(of draft: Draft, _ name: String) throws -> [UInt8] {
    let reader = try DMOEReader(path: folder.write(draft.bytes, to: name))
    return try reader.read(try #require(reader.shared(.source("embedding"))))
  }
}
