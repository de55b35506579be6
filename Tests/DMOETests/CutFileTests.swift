import ByteIO
import DMOE
import Foundation
import JSON
import Tensors
import TestContainers
import TestSupport
import Testing

@Suite struct CutFileTests {
  private let folder: TemporaryFolder
  private let path: String
  private let bytes: [UInt8]
  private let ends: [Int]

  init() throws {
    folder = try TemporaryFolder()
    var numbers = RandomNumbers(seed: 20)
    path = try TestContainer.sample(&numbers).write(to: folder.path("whole"))
    bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    ends = try DMOEReader(path: path).directory.sections.map(\.end)
  }

  private func cut(_ length: Int) throws -> String {
    try folder.write(Array(bytes[..<length]), to: "cut")
  }

  @Test func `a file cut behind a ring is a smaller model`() throws {
    let path = try cut(ends[1])
    let reader = try DMOEReader(path: path)
    #expect(!reader.isComplete && reader.expertsHeld == 1)
    #expect(reader.prefixLength(expert: 0) == ends[1] && reader.prefixLength(expert: 1) == ends[2])
    #expect(reader.sectionsHeld.count == 2)
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.describe(path).contains("holds experts 0…0 of 2"))
    // Reading a missing ring is an error; it does not read as empty.
    let missing = try #require(reader.part(.up, layer: 0, ring: 1))
    #expect(
      throws: TensorError.file(
        .pastEnd(
          path: path, offset: missing.offset, count: missing.byteCount,
          length: bytes[..<ends[1]].count))
    ) { try reader.read(missing) }
  }

  @Test func `a file of any other length is damaged`() throws {
    var lengths = Set(0..<bytes.count).subtracting(ends[1...])
    lengths = lengths.filter { $0 < 200 || $0 > bytes.count - 700 || $0 % 61 == 0 }
    lengths.insert(ends[0])
    var paths: [String] = []
    for length in lengths.sorted() {
      let path = try folder.write(Array(bytes[..<length]), to: "\(length)")
      let error = try #require(throws: DMOEError.self) { try DMOEReader(path: path) }
      switch error {
      case .notContainer: #expect(length < 4)
      case .cutInside(_, let section, let found, let whole):
        #expect(found == length)
        #expect(whole == (length > ends[1] ? ends[1] : 0))
        let expected =
          length < 64
          ? "the preamble"
          : length < ends[0] ? "the shared section" : length < ends[1] ? "ring 0" : "ring 1"
        #expect(section == expected)
      case .preamble(_, let field, _, _, _):
        #expect(field == "directory_length" && length < ends[0])
      default: Issue.record("\(length): \(error)")
      }
      paths.append(path)
    }
    for (path, verdict) in zip(paths, try Peer.judge(paths.filter { !$0.hasSuffix("/0") })) {
      #expect(verdict.hasPrefix("reject"), "\(path): \(verdict)")
    }
  }

  @Test func `bytes behind the last section are refused`() throws {
    for more in [1, 64] {
      let path = try folder.write(bytes + [UInt8](repeating: 0, count: more), to: "long")
      #expect(
        throws: DMOEError.trailingBytes(
          path: path, expected: bytes.count, found: bytes.count + more)
      ) { try DMOEReader(path: path) }
      #expect(try Peer.judge([path])[0].hasPrefix("reject"))
    }
  }

  @Test(arguments: [(0, 1), (7, 8), (3, 1 << 31), (5, 0xFFFF_FFFF)])
  func `a permutation with an index twice or too high is refused`(rank: Int, index: Int) throws {
    var draft = try Draft(bytes)
    draft.replace(
      LittleEndian.bytes(of: UInt32(index)), at: 4 * rank, in: "sections[0].tensors[0]")
    let path = try folder.write(draft.bytes, to: "file")
    let reader = try DMOEReader(path: path)
    let error = try #require(throws: DMOEError.self) { try reader.permutation(layer: 0) }
    guard case .permutation(path, layer: 0, let place, index) = error else {
      Issue.record("\(error)")
      return
    }
    // Of two equal indices, the second is reported.
    #expect(place == (rank == 0 ? 1 : rank))
    #expect(try Peer.judge([path])[0].contains(rank == 0 ? "occurs twice" : "too large"))
  }

  @Test func `padding that is not zero is found wherever it is`() throws {
    let directory = try DMOEReader(path: path).directory
    var checked = 0
    for section in directory.sections {
      for tensor in section.tensors where tensor.byteCount % 64 > 0 {
        let first = tensor.offset + tensor.byteCount
        for place in [first, (first + 63) / 64 * 64 - 1] {
          var damaged = bytes
          damaged[place] = 1
          let path = try folder.write(damaged, to: "damaged")
          let reader = try DMOEReader(path: path)
          #expect(throws: DMOEError.padding(path: path, offset: place)) {
            try reader.checkPadding()
          }
          if checked % 5 == 0 { #expect(try Peer.judge([path])[0].contains("padding")) }
          checked += 1
        }
      }
    }
    #expect(checked > 10)
  }

  @Test func `a damaged block is named by its offset, and no other is`() throws {
    var numbers = RandomNumbers(seed: 21)
    let plain = TestContainer.sample(&numbers)
    let long = DenseTensor("long", .u8, [3 * DMOEContents.blockBytes - 7], numbers: &numbers)
    let path = try TestContainer(
      model: plain.model, widths: plain.widths, tensors: plain.tensors + [long],
      orders: plain.orders
    ).write(to: folder.path("long"))
    let stored = try #require(try DMOEReader(path: path).shared(.source("long")))
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let block = stored.offset + DMOEContents.blockBytes
    bytes[block + 17] ^= 1
    let found = CRC32.checksum(Array(bytes[block..<block + DMOEContents.blockBytes]))
    try folder.write(bytes, to: "long")
    let reader = try DMOEReader(path: path)
    let size = DMOEContents.blockBytes
    #expect(try reader.read(stored, 0..<size) == Array(long.bytes[..<size]))
    #expect(try reader.read(stored, 2 * size..<3 * size - 7) == Array(long.bytes[(2 * size)...]))
    for range in [size..<size + 1, size - 1..<size + 1, 0..<3 * size - 7] {
      #expect(
        throws: TensorError.damaged(
          path: path, tensor: "long", offset: block, expected: stored.blocks[1].checksum,
          found: found)
      ) { try reader.read(stored, range) }
    }
    #expect(try Peer.judge([path])[0].contains("block 1"))
  }

  @Test func `what is not there or not a file is an error of the file`() throws {
    let missing = folder.path("none")
    #expect(throws: DMOEError.file(.missing(path: missing))) { try DMOEReader(path: missing) }
    #expect(throws: DMOEError.file(.notRegular(path: folder.path, found: "a folder"))) {
      try DMOEReader(path: folder.path)
    }
  }

  @Test func `a file that changes while it is open is noticed`() throws {
    let reader = try DMOEReader(path: path)
    try reader.checkUnchanged()
    try folder.write(Array(bytes.dropLast()), to: "whole")
    #expect(throws: TensorError.file(.changed(path: path))) { try reader.checkUnchanged() }
  }
}
