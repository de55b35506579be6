import ByteIO
import DMOE
import Foundation
import Tensors
import TestContainers
import TestSupport
import Testing

@Suite struct WritingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `every kind of tensor comes back as it was written`() throws {
    var numbers = RandomNumbers(seed: 2)
    let container = TestContainer.sample(&numbers)
    let reader = try DMOEReader(path: container.write(to: folder.path("file")))
    #expect(reader.isComplete && reader.expertsHeld == 2)
    try expectContents(of: reader, container)
    #expect(try reader.permutation(layer: 0) == container.orders[0])
    let dense = DenseTensors(reader)
    #expect(dense.tensors == container.tensors.map(\.description))
    for tensor in container.tensors {
      #expect(try dense.read(tensor.description.name) == tensor.bytes)
    }
    #expect(try dense.read("embedding", 3..<7) == Array(container.tensors[0].bytes[3..<7]))
    #expect(dense.tensor("none") == nil)
    #expect(throws: TensorError.missing(name: "none")) { try dense.read("none") }
    #expect(reader.part(.gateBias, layer: 0, ring: 0) == nil)
    #expect(reader.directory.sourceMetadata.map(\.key) == ["format", "é\n"])
    #expect(reader.directory.generator == "tests")
    for (source, dense) in zip(reader.directory.sourceTensors, container.tensors) {
      #expect(source.description == dense.description && source.cut == dense.cut)
      #expect(source.digest == .digest(of: dense.bytes))
    }
    try reader.checkPadding()
    try reader.checkUnchanged()
  }

  @Test func `a tensor of several blocks is read across them`() throws {
    var numbers = RandomNumbers(seed: 3)
    let size = DMOEContents.blockBytes
    let sizes = [0, 1, size - 1, size, size + 1, 2 * size, 2 * size + 63]
    let plain = TestContainer.sample(&numbers)
    let container = TestContainer(
      model: plain.model, widths: plain.widths,
      tensors: plain.tensors
        + sizes.map { DenseTensor("of \($0)", .u8, [$0], numbers: &numbers) },
      orders: plain.orders)
    let reader = try DMOEReader(path: container.write(to: folder.path("file")))
    for (tensor, size) in zip(container.tensors.suffix(sizes.count), sizes) {
      let stored = try #require(reader.shared(.source(tensor.description.name)))
      #expect(stored.blocks.count == (size + DMOEContents.blockBytes - 1) / DMOEContents.blockBytes)
      #expect(try DenseTensors(reader).read(tensor.description.name) == tensor.bytes)
      for range in [0..<size, size / 2..<size, size / 3..<size / 2, max(size - 2, 0)..<size] {
        #expect(try reader.read(stored, range) == Array(tensor.bytes[range]))
      }
    }
    #expect(try Peer.judge([folder.path("file")]) == ["accept"])
  }

  @Test func `blocks in any order and from many threads give the same file`() async throws {
    var numbers = RandomNumbers(seed: 4)
    let plain = TestContainer.random(&numbers)
    let long = DenseTensor("long", .u8, [3 << 20 | 5], numbers: &numbers)
    let container = TestContainer(
      model: plain.model, widths: plain.widths, tensors: plain.tensors + [long],
      orders: plain.orders, files: plain.files)
    try container.write(to: folder.path("one"))
    try container.write(to: folder.path("same"))

    let writer = try DMOEWriter(container.contents, path: folder.path("many"))
    var blocks: [(section: Int, tensor: Int, block: Int, bytes: [UInt8])] = []
    let size = DMOEContents.blockBytes
    for (section, tensors) in container.stored.enumerated() {
      for (tensor, stored) in tensors.enumerated() {
        for (block, start) in stride(from: 0, to: stored.bytes.count, by: size).enumerated() {
          let end = min(start + size, stored.bytes.count)
          blocks.append((section, tensor, block, Array(stored.bytes[start..<end])))
        }
      }
    }
    try await withThrowingTaskGroup { group in
      for block in blocks.shuffled(using: &numbers) {
        group.addTask {
          try writer.write(
            block.bytes, section: block.section, tensor: block.tensor, block: block.block)
        }
      }
      try await group.waitForAll()
    }
    container.setDigests(writer)
    try writer.finish()
    #expect(try folder.names().contains("many") == false)
    try writer.file.commit()
    #expect(try contents("one") == contents("many"))
    #expect(try contents("one") == contents("same"))
  }

  @Test func `tensors lie at multiples of 64, one behind the other`() throws {
    var numbers = RandomNumbers(seed: 5)
    for _ in 0..<20 {
      let path = try TestContainer.random(&numbers).write(to: folder.path("file"))
      let reader = try DMOEReader(path: path)
      let bytes = try contents("file")
      var end = 64 + Int(LittleEndian.load(UInt64.self, from: bytes, at: 8))
      for section in reader.directory.sections {
        #expect(section.offset == end)
        for tensor in section.tensors {
          #expect(tensor.offset % 64 == 0 && tensor.offset == end)
          let length = tensor.blocks.reduce(0) { $0 + $1.length }
          #expect(length <= tensor.byteCount)
          end = (tensor.offset + length + 63) / 64 * 64
        }
        #expect(section.end == end)
      }
      #expect(bytes.count == end)
    }
  }

  /// Additional tensors lengthen the directory, which may add digits to its own offsets.
  @Test func `the directory has the length that its own offsets lead to`() throws {
    var numbers = RandomNumbers(seed: 6)
    let plain = TestContainer.sample(&numbers)
    var paths: [String] = []
    for count in Array(0..<40) + [300, 1000, 3000] {
      let extra = (0..<count).map { DenseTensor("t\($0)", .u8, [$0 % 70], numbers: &numbers) }
      let container = TestContainer(
        model: plain.model, widths: plain.widths, tensors: plain.tensors + extra,
        orders: plain.orders)
      let path = try container.write(to: folder.path("\(count)"))
      try expectContents(of: DMOEReader(path: path), container)
      // Padding is limited to alignment to 64 bytes and the digits reserved for offsets.
      let bytes = try contents("\(count)")
      let length = Int(LittleEndian.load(UInt64.self, from: bytes, at: 8))
      let spaces = bytes[64..<64 + length].reversed().prefix { $0 == 0x20 }.count
      #expect(spaces < 128)
      paths.append(path)
    }
    #expect(try Peer.judge(paths) == paths.map { _ in "accept" })
  }

  @Test func `a file that was not committed leaves nothing behind`() throws {
    var numbers = RandomNumbers(seed: 7)
    _ = try DMOEWriter(TestContainer.sample(&numbers).contents, path: folder.path("file"))
    #expect(try folder.names().isEmpty)
  }

  @Test func `a folder that is not there is an error`() throws {
    var numbers = RandomNumbers(seed: 7)
    let contents = TestContainer.sample(&numbers).contents
    #expect(throws: DMOEError.self) { try DMOEWriter(contents, path: folder.path("no/file")) }
  }

  private func contents(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: folder.path(name))))
  }
}

/// Expects a reader to return everything that was stored.
func expectContents(
  of reader: DMOEReader, _ container: TestContainer, location: SourceLocation = #_sourceLocation
) throws {
  let stored = container.stored
  #expect(reader.directory.model == container.model, sourceLocation: location)
  #expect(reader.directory.widths == container.widths, sourceLocation: location)
  try #require(reader.directory.sections.count == stored.count, sourceLocation: location)
  for (section, expected) in zip(reader.directory.sections, stored) {
    try #require(section.tensors.count == expected.count, sourceLocation: location)
    for (tensor, (item, bytes)) in zip(section.tensors, expected) {
      #expect(tensor.kind == item.kind, sourceLocation: location)
      #expect(tensor.elementType == item.elementType, sourceLocation: location)
      #expect(tensor.shape == item.shape, sourceLocation: location)
      #expect(try reader.read(tensor) == bytes, sourceLocation: location)
    }
  }
}
