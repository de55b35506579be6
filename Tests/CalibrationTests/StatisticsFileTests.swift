import ByteIO
import Calibration
import Safetensors
import TestSupport
import Testing

/// A statistics file with replaceable parts.
struct StatisticsFile {
  var metadata: [String: String] = [
    "format": "dynamoe.statistics", "model_fingerprint": String(repeating: "ab", count: 32),
    "parts": parts(tokens: "6"),
  ]
  var tensors: [TinyLlama.Tensor] = [
    doubles("layers.0.abs_sum", [1, 2]), doubles("layers.0.square_sum", [3, 4]),
    doubles("layers.1.abs_sum", [5, 6]), doubles("layers.1.square_sum", [7, 0]),
    TinyLlama.Tensor(name: "token_count", type: "I64", shape: [], bytes: [7, 0, 0, 0, 0, 0, 0, 0]),
  ]

  var bytes: [UInt8] {
    let members = metadata.sorted { $0.key < $1.key }.map { key, value in
      "\"\(key)\": \"\(value.replacing("\"", with: "\\\""))\""
    }
    return safetensorsFile(tensors, metadata: "{\(members.joined(separator: ", "))}")
  }

  static func parts(tokens: String, digest: String = String(repeating: "0", count: 64)) -> String {
    """
    [{"text_sha256": "\(digest)", "context": 256, "bos_token": 0, "data_shard": "1/1", \
    "tokens": \(tokens)}]
    """
  }

  static func doubles(_ name: String, _ values: [Double], shape: [Int]? = nil) -> TinyLlama.Tensor {
    let bytes = values.flatMap { LittleEndian.bytes(of: $0.bitPattern) }
    return .init(name: name, type: "F64", shape: shape ?? [values.count], bytes: bytes)
  }

  mutating func replace(_ name: String, with tensor: TinyLlama.Tensor?) {
    guard let index = tensors.firstIndex(where: { $0.name == name }) else { return }
    if let tensor { tensors[index] = tensor } else { tensors.remove(at: index) }
  }
}

/// A change that makes a statistics file invalid.
struct Damage: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let apply: @Sendable (inout StatisticsFile) -> Void

  init(_ title: String, _ apply: @escaping @Sendable (inout StatisticsFile) -> Void) {
    testDescription = title
    self.apply = apply
  }

  static func sums(_ title: String, _ values: [Double], shape: [Int]? = nil) -> Damage {
    Damage(title) {
      let name = "layers.1.square_sum"
      $0.replace(name, with: StatisticsFile.doubles(name, values, shape: shape))
    }
  }

  static func count(_ title: String, _ value: UInt64, shape: [Int] = []) -> Damage {
    Damage(title) {
      let bytes = [[UInt8]](
        repeating: LittleEndian.bytes(of: value), count: shape.reduce(1, *)
      ).flatMap(\.self)
      $0.replace(
        "token_count", with: .init(name: "token_count", type: "I64", shape: shape, bytes: bytes))
    }
  }

  static func metadata(_ key: String, _ value: String?) -> Damage {
    Damage("\(key): \(value?.prefix(40) ?? "absent")") { $0.metadata[key] = value }
  }
}

@Suite struct StatisticsFileTests {
  private func read(_ file: StatisticsFile) throws -> NeuronStatistics {
    let folder = try TemporaryFolder()
    return try NeuronStatistics(path: folder.write(file.bytes, to: "s"))
  }

  @Test func `what was written is read`() throws {
    let statistics = try read(StatisticsFile())
    #expect(statistics.layers.map(\.absoluteSum) == [[1, 2], [5, 6]])
    #expect(statistics.layers.map(\.squareSum) == [[3, 4], [7, 0]])
    #expect((statistics.positions, statistics.tokens) == (7, 6))
    let folder = try TemporaryFolder()
    try statistics.write(to: folder.path("a"))
    #expect(try NeuronStatistics(path: folder.path("a")) == statistics)
    try NeuronStatistics(path: folder.path("a")).write(to: folder.path("b"))
    #expect(try bytes(at: folder.path("a")) == bytes(at: folder.path("b")))
  }

  @Test func `layers may have different widths`() throws {
    var file = StatisticsFile()
    file.replace("layers.1.abs_sum", with: StatisticsFile.doubles("layers.1.abs_sum", [1, 2, 3]))
    file.replace(
      "layers.1.square_sum", with: StatisticsFile.doubles("layers.1.square_sum", [1, 2, 3]))
    #expect(try read(file).layers.map(\.absoluteSum.count) == [2, 3])
  }

  static let damages: [Damage] = [
    .metadata("format", nil), .metadata("format", "pt"), .metadata("model_fingerprint", nil),
    .metadata("model_fingerprint", "ab"), .metadata("parts", nil), .metadata("parts", "["),
    .metadata("parts", "{}"), .metadata("parts", "[1]"), .metadata("parts", "[{}]"),
    .metadata("parts", StatisticsFile.parts(tokens: "-1")),
    .metadata("parts", StatisticsFile.parts(tokens: "1").replacing("1/1", with: "2/1")),
    .metadata("parts", StatisticsFile.parts(tokens: "8")),
    .metadata("parts", StatisticsFile.parts(tokens: "9223372036854775807")),
    .metadata("parts", StatisticsFile.parts(tokens: "1", digest: "0")),
    .sums("NaN", [1, .nan]), .sums("infinity", [.infinity, 1]), .sums("a negative sum", [1, -1]),
    .sums("a sum near the largest double", [1, 1.7e308]),
    .sums("a sum that no seven floats have", [1, 2e78]),
    .sums("three neurons and two", [1, 2, 3]), .sums("no neurons and two", []),
    .sums("two extents", [1, 2], shape: [1, 2]), .sums("no extent", [1], shape: []),
    .count("no tokens", 0), .count("negative tokens", 1 << 63), .count("endless tokens", 1 << 41),
    .count("most tokens", UInt64(Int.max)), .count("a list of one count", 7, shape: [1]),
    .count("two counts", 7, shape: [2]), .count("no counts", 7, shape: [0]),
    Damage("no count") { $0.replace("token_count", with: nil) },
    Damage("no sum of squares") { $0.replace("layers.1.square_sum", with: nil) },
    Damage("no sum of magnitudes") { $0.replace("layers.1.abs_sum", with: nil) },
    Damage("no first layer") {
      $0.replace("layers.0.abs_sum", with: nil)
      $0.replace("layers.0.square_sum", with: nil)
    },
    Damage("no layers") { $0.tensors.removeAll { $0.name.hasPrefix("layers") } },
    Damage("floats") {
      let floats = TinyLlama.Tensor(
        name: "layers.0.abs_sum", type: "F32", shape: [2], bytes: floatBytes([1, 2]))
      $0.replace("layers.0.abs_sum", with: floats)
    },
  ]

  @Test(arguments: damages)
  func `a file that holds no statistics is refused`(damage: Damage) throws {
    var file = StatisticsFile()
    damage.apply(&file)
    let error = #expect(throws: CalibrationError.self) { try read(file) }
    guard case .notStatistics = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a file that is no safetensors is refused as such`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3], to: "s")
    #expect(throws: CalibrationError.safetensors(.tooShort(path: path, length: 3))) {
      try NeuronStatistics(path: path)
    }
  }
}
