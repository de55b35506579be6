import Architectures
import ByteIO
import DMOE
import Foundation
import JSON
import Tensors
import TestContainers
import TestSupport

/// A small valid file in parts: a test can change any part, and everything else is adapted to it.
struct Draft {
  /// Fields of the preamble, unless ``bytes`` computes them.
  var version: UInt32 = 1
  var directoryLength: UInt64
  var fileLength: UInt64
  var reserved = [UInt8](repeating: 0, count: 32)
  /// Checksums to write; nil for the correct ones.
  var directoryChecksum: UInt32?
  var preambleChecksum: UInt32?
  var directory: JSONValue
  /// Replaces the directory with text that a JSON value cannot express.
  var text: [UInt8]?
  /// Bytes of the sections.
  var body: [UInt8]

  /// Fixed space for the directory, large enough for any edit, so that offsets never change.
  static let room = 1 << 14

  /// Splits a file into parts, and moves its sections after the fixed space.
  init(_ file: [UInt8]) throws {
    let length = Int(LittleEndian.load(UInt64.self, from: file, at: 8))
    directory = try JSONScanner.scan(Array(file[64..<64 + length]))
    body = Array(file[(64 + length)...])
    directoryLength = UInt64(Self.room)
    fileLength = UInt64(64 + Self.room + body.count)
    let shift = Self.room - length
    for section in directory["sections"].array?.indices ?? 0..<0 {
      let path = "sections[\(section)]"
      move(path + ".offset", by: shift)
      for tensor in directory[path + ".tensors"].array?.indices ?? 0..<0 {
        move(path + ".tensors[\(tensor)].offset", by: shift)
      }
    }
  }

  /// A container with one layer of two rings, a gate, a bias, a file and a tensor of unknown kind.
  static func sample() throws -> Draft {
    var numbers = RandomNumbers(seed: 1)
    return try Draft(TestContainer.sample(&numbers))
  }

  /// The same layout, with weights that compress well.
  static func coded() throws -> Draft {
    var numbers = RandomNumbers(seed: 2)
    let (hidden, neurons) = (64, 8)
    func cut(_ part: FeedForwardPart, _ axis: Int = 0) -> FeedForwardCut {
      FeedForwardCut(layer: 0, parts: [part], neuronAxis: axis)
    }
    func weights(
      _ name: String, _ type: ElementType, _ shape: [Int], _ cut: FeedForwardCut? = nil
    ) -> DenseTensor {
      DenseTensor(
        name, type, shape, cut: cut,
        bytes: BlockCodingTests.weights(shape.reduce(1, *), type, &numbers))
    }
    let container = TestContainer(
      model: .init(
        family: "llama", hiddenSize: hidden, neurons: NeuronCounts(neurons, layers: 1),
        activation: "silu", gated: false),
      widths: [[4, neurons]],
      tensors: [
        weights("embedding", .bf16, [16, hidden]),
        weights("up", .bf16, [neurons, hidden], cut(.up)),
        weights("down", .f32, [hidden, neurons], cut(.down, 1)),
      ],
      orders: [[3, 1, 4, 0, 5, 2, 7, 6]],
      files: [("tokenizer.json", Array(String(repeating: "a token, ", count: 70).utf8))],
      compression: .lossless)
    return try Draft(container)
  }

  /// A file that holds six of eight neurons.
  static func part() throws -> Draft {
    var numbers = RandomNumbers(seed: 3)
    let plain = TestContainer.sample(&numbers)
    return try Draft(
      TestContainer(
        model: plain.model, widths: [[2, 6]], tensors: plain.tensors,
        orders: [[3, 1, 4, 0, 7, 2]], files: plain.files))
  }

  /// A file without weights, with a tensor of unknown kind.
  static func overlay() throws -> Draft {
    var numbers = RandomNumbers(seed: 4)
    let plain = TestContainer.sample(&numbers)
    return try Draft(
      TestContainer(
        model: plain.model, widths: plain.widths, tensors: plain.tensors, orders: plain.orders,
        others: [1: ["later", "later"]], isOverlay: true))
  }

  private init(_ container: TestContainer) throws {
    let folder = try TemporaryFolder()
    let path = try container.write(to: folder.path("sample"))
    try self.init([UInt8](Data(contentsOf: URL(filePath: path))))
  }

  private mutating func move(_ path: String, by shift: Int) {
    directory[path] = .int((directory[path].int ?? 0) + shift)
  }

  var bytes: [UInt8] {
    var directory = text ?? JSONWriter.write(self.directory)
    directory += repeatElement(0x20, count: max(Self.room - directory.count, 0))
    var preamble = Array("DMOE".utf8) + LittleEndian.bytes(of: version)
    preamble += LittleEndian.bytes(of: directoryLength)
    preamble += LittleEndian.bytes(of: fileLength)
    preamble += LittleEndian.bytes(of: directoryChecksum ?? CRC32.checksum(directory))
    preamble += reserved
    preamble += LittleEndian.bytes(of: preambleChecksum ?? CRC32.checksum(preamble))
    return preamble + directory + body
  }

  /// Replaces bytes of a stored tensor and updates its checksum.
  mutating func replace(_ bytes: [UInt8], at offset: Int, in tensor: String) {
    let start = (directory[tensor + ".offset"].int ?? 0) - 64 - Self.room
    body.replaceSubrange(start + offset..<start + offset + bytes.count, with: bytes)
    let length = directory[tensor + ".blocks[0][0]"].int ?? 0
    let checksum = CRC32.checksum(Array(body[start..<start + length]))
    let digits = String(checksum, radix: 16)
    directory[tensor + ".blocks[0][1]"] = .string(
      String(repeating: "0", count: 8 - digits.count) + digits)
  }
}

extension TestContainer {
  static func sample(_ numbers: inout RandomNumbers) -> TestContainer {
    func cut(_ part: FeedForwardPart, _ axis: Int = 0) -> FeedForwardCut {
      FeedForwardCut(layer: 0, parts: [part], neuronAxis: axis)
    }
    return TestContainer(
      model: .init(
        family: "llama", hiddenSize: 3, neurons: NeuronCounts(8, layers: 1), activation: "silu",
        gated: true),
      widths: [[2, 8]],
      tensors: [
        DenseTensor("embedding", .bf16, [5, 3], numbers: &numbers),
        DenseTensor("gate", .bf16, [8, 3], cut: cut(.gate), numbers: &numbers),
        DenseTensor("up", .f32, [8, 3], cut: cut(.up), numbers: &numbers),
        DenseTensor("down", .bf16, [3, 8], cut: cut(.down, 1), numbers: &numbers),
        DenseTensor("bias", .f16, [8], cut: cut(.upBias), numbers: &numbers),
      ],
      orders: [[3, 1, 4, 0, 5, 2, 7, 6]], files: [("config.json", Array("{}".utf8))],
      others: [0: ["router", "later"]])
  }
}
