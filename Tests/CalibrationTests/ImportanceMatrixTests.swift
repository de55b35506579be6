import ByteIO
import Calibration
import Foundation
import TestSupport
import Testing

@Suite struct ImportanceMatrixTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func word(_ value: Int32) -> [UInt8] {
    LittleEndian.bytes(of: UInt32(bitPattern: value))
  }

  private static func entry(
    _ layer: Int, _ values: [Float], calls: Int32 = 4, of part: String = "ffn_down"
  ) -> [UInt8] {
    let name = Array("blk.\(layer).\(part).weight".utf8)
    return word(Int32(name.count)) + name + word(calls) + word(Int32(values.count))
      + floatBytes(values)
  }

  private static let whole =
    word(2) + entry(0, [4, 8, 12]) + entry(1, [0, 1, 2]) + word(9) + word(4) + Array("text".utf8)
  /// End of the entries; a file may also end here.
  private static let endOfEntries = whole.count - 12

  private func read(_ bytes: [UInt8], layers: Int = 2) throws -> ImportanceMatrix {
    let path = try folder.write(bytes, to: "matrix")
    return try ImportanceMatrix(
      path: path, neurons: [Int](repeating: 3, count: layers), hiddenSize: 2)
  }

  @Test func `the older layout gives mean squares`() throws {
    let matrix = try read(Self.whole)
    #expect(matrix.layers == [[1, 2, 3], [0, 0.25, 0.5]])
    #expect(matrix.datasets == ["text"] && matrix.chunks == 9)
    let short = try read(Array(Self.whole.prefix(Self.endOfEntries)))
    #expect(short.layers == matrix.layers && short.datasets.isEmpty && short.chunks == nil)
    // Zero calls count as one.
    let once = try read(Self.word(1) + Self.entry(0, [1, 2, 3], calls: 0), layers: 1)
    #expect(once.layers == [[1, 2, 3]])
  }

  @Test func `a layer of zeros tells nothing, and a matrix of zeros is refused`() throws {
    let some = try read(Self.word(2) + Self.entry(0, [0, 0, 0]) + Self.entry(1, [0, 1, 2]))
    #expect(some.layersWithoutEvidence == [0])
    #expect(NeuronEvidence.importanceMatrix(some).layersWithoutEvidence == [0])
    let error = try #require(throws: CalibrationError.self) {
      try read(Self.word(2) + Self.entry(0, [0, 0, 0]) + Self.entry(1, [0, 0, 0]))
    }
    #expect(error.description.contains("expected a value above 0, found zeros only"))
  }

  @Test func `a file that ends anywhere else is refused`() throws {
    for length in 0..<Self.whole.count where length != Self.endOfEntries {
      let bytes = Array(Self.whole.prefix(length))
      #expect(throws: CalibrationError.self, "\(length)") { try read(bytes) }
    }
  }

  @Test(
    arguments: [
      (word(0), "the number of entries"), (word(-1), "the number of entries"),
      (word(.max), "the number of entries"),
      (word(1) + word(-5) + [UInt8](repeating: 65, count: 40), "the name's length of entry 0"),
      (word(1) + word(.max) + [UInt8](repeating: 65, count: 40), "the name's length of entry 0"),
      (
        word(1) + word(1) + [65] + word(1) + word(.max) + [UInt8](repeating: 0, count: 40),
        "the number of values of entry 0"
      ),
      (word(1) + word(1) + [65] + word(1) + word(0) + floatBytes([1]), "the number of values"),
      (whole.dropLast(8) + word(-1), "the length of the data set's name"),
      (word(1) + entry(0, [1, 2, 3]), "blk.1.ffn_down.weight: expected an entry"),
      (
        word(3) + (0..<3).flatMap { entry($0, [1, 2, 3]) },
        "blk.2.ffn_down.weight: expected no entry for a layer beyond 1"
      ),
      (
        word(3) + entry(0, [1, 2, 3]) + entry(1, [1, 2, 3]) + entry(1, [1, 2, 3], of: "ffn_up"),
        "blk.1.ffn_up.weight: expected 2 values, as many as hidden units, found 3"
      ),
      (
        word(2) + entry(0, [1, 2, 3]) + entry(1, [1, 2]), "blk.1.ffn_down.weight: expected 3 values"
      ),
      (word(2) + entry(0, [1, -2, 3]) + entry(1, [1, 2, 3]), "found -0.5 for neuron 1"),
      (word(2) + entry(0, [1, .nan, 3]) + entry(1, [1, 2, 3]), "not negative"),
      (word(2) + entry(0, [1, .infinity, 3]) + entry(1, [1, 2, 3]), "not negative"),
    ] as [([UInt8], String)])
  func `what is wrong is told by its place`(bytes: [UInt8], mention: String) throws {
    let error = try #require(throws: CalibrationError.self) { try read(bytes) }
    #expect(error.description.contains(mention), "\(error)")
  }

  @Test(
    arguments: [
      (#"writer.add_string("general.type", "model")"#, "general.type"),
      ("counts = None", "blk.0.ffn_down.weight.counts"),
      ("counts = numpy.ones((2, 1), 'f4')", "blk.0.ffn_down.weight.counts"),
      ("sums = numpy.ones((1, 3), 'f2')", "blk.0.ffn_down.weight.in_sum2"),
      ("sums = numpy.ones((1, 4), 'f4')", "expected 3 values"),
      ("counts = numpy.zeros((1, 1), 'f4')", "found zeros only"),
      ("counts = numpy.full((1, 1), numpy.nan, 'f4')", "not negative"),
      ("sums = numpy.zeros((1, 3), 'f4')", "found zeros only"),
      ("sums = numpy.full((1, 3), numpy.nan, 'f4')", "not negative"),
      ("name = 'blk.0.ffn_up.weight'", "blk.0.ffn_down.weight"),
    ])
  func `a matrix in GGUF must be one, and of this model`(
    change: String, mention: String
  ) throws {
    let script = """
      import sys, gguf, numpy
      writer = gguf.GGUFWriter(sys.argv[1], "")
      sums, counts = numpy.ones((1, 3), "f4"), numpy.full((1, 1), 2, "f4")
      name = "blk.0.ffn_down.weight"
      \(change)
      if "general.type" not in writer.kv_data[0]:
          writer.add_string("general.type", "imatrix")
      writer.add_tensor(name + ".in_sum2", sums)
      if counts is not None:
          writer.add_tensor(name + ".counts", counts)
      writer.write_header_to_file()
      writer.write_kv_data_to_file()
      writer.write_tensors_to_file()
      writer.close()
      """
    let path = folder.path("m.gguf")
    _ = try python(["-c", script, path])
    let error = try #require(throws: CalibrationError.self) {
      try ImportanceMatrix(path: path, neurons: [3], hiddenSize: 2)
    }
    #expect(error.description.contains(mention), "\(error)")
    // The unchanged script writes a valid matrix.
    _ = try python(["-c", script.replacingOccurrences(of: change, with: ""), path])
    let matrix = try ImportanceMatrix(path: path, neurons: [3], hiddenSize: 2)
    #expect(matrix.layers == [[0.5, 0.5, 0.5]])
  }
}
