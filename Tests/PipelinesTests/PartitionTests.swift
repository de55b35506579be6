import Architectures
import ByteIO
import Calibration
import Checkpoints
import Containers
import DMOE
import Experts
import JSON
import Kernels
import Pipelines
import Safetensors
import TestSupport
import Testing
import Work

@Suite struct PartitionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `neurons are ordered by importance, ties by the lower index`() throws {
    // Few distinct values, so that most neurons tie.
    var numbers = RandomNumbers(seed: 40)
    let sums = (0..<4).map { _ in (0..<384).map { _ in Double(numbers.next() % 7) } }
    let path = folder.path("out.dmoe")
    let report = try Converted.partition(
      Fixture.model, to: path, statistics: try statistics(sums), importance: .magnitude,
      widths: .fractions([0.1, 0.5, 1])
    ).run(parallel: Parallel(threads: 2))

    let reader = try DMOEReader(path: path)
    let source = try SafetensorsReader(path: Fixture.model)
    #expect(reader.directory.importance == "magnitude")
    for layer in 0..<4 {
      let order = Self.order(by: sums[layer])
      #expect(try reader.permutation(layer: layer) == order)
      let widths = reader.directory.widths[layer]
      #expect(widths == report.plan.layers[layer].widths && widths.last == 384)
      for (ring, end) in widths.enumerated() {
        let ranks = order[(ring == 0 ? 0 : widths[ring - 1])..<end]
        for part in [FeedForwardPart.gate, .up, .down] {
          let name = "model.layers.\(layer).mlp.\(part.rawValue)_proj.weight"
          let dense = try source.read(.init(name))
          let stored = try #require(reader.part(part, layer: layer, ring: ring))
          #expect(try reader.read(stored) == Self.rows(ranks, of: dense, columnwise: part == .down))
        }
      }
    }
  }

  @Test func `the weights alone rank by the norms of down`() throws {
    let reader = try DMOEReader(path: Converted.path())
    let source = try SafetensorsReader(path: Fixture.model)
    for layer in 0..<4 {
      let bytes = try source.read(.init("model.layers.\(layer).mlp.down_proj.weight"))
      let norms = (0..<384).map { neuron in
        (0..<128).reduce(0.0) { sum, row in
          let bits = LittleEndian.load(UInt16.self, from: bytes, at: 2 * (row * 384 + neuron))
          let value = Double(Float(bitPattern: UInt32(bits) << 16))
          return sum + value * value
        }.squareRoot()
      }
      #expect(try reader.permutation(layer: layer) == Self.order(by: norms))
      #expect(reader.directory.widths[layer] == [96, 192, 288, 384])
    }
  }

  @Test func `everything that belongs to a model travels with it`() throws {
    let model = try folder.copyModel()
    try folder.write(Array("mine".utf8), to: "model/LICENSE")
    try folder.write(Array("other".utf8), to: "model/notes.txt")
    let path = folder.path("out.dmoe")
    _ = try Converted.partition(model, to: path).run(parallel: Parallel(threads: 1))
    let checkpoint = try Checkpoint(path: path)
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json", "LICENSE"] {
      #expect(try checkpoint.companion(name) == bytes(at: model + "/" + name))
    }
    #expect(try checkpoint.companion("notes.txt") == nil)
    let metadata = try SafetensorsReader(path: model).files[0].metadata
    #expect(checkpoint.container?.directory.sourceMetadata.map(\.key) == metadata.map(\.key))
    #expect(try outcome("source", path, against: model)?.status == .passed)
  }

  @Test func `any number of threads gives the same bytes`() throws {
    let text = Fixture.calibrationText
    let request = TextRequest(
      paths: [text], maximumTokens: 600, context: 64, beginning: .auto, parsingSpecial: false)
    for threads in [1, 2, 5] {
      let folder = folder.path("\(threads)")
      try self.folder.write([], to: "\(threads)/empty")
      var partition = PartitionRequest(
        modelPath: Fixture.model, outputPath: folder + "/out.dmoe",
        reportPath: folder + "/out.report.json", generator: "tests")
      partition.text = request
      partition.importance = .output
      partition.widths = .coverage
      partition.alignment = 8
      let report = try Partition(partition).run(Context(Parallel(threads: threads)))
      #expect(report.heldOut?.result.figures.map(\.variant.name).first == "dense")
      #expect(report.warnings.count == 2)
      let first = self.folder.path("1")
      #expect(try bytes(at: folder + "/out.dmoe") == bytes(at: first + "/out.dmoe"))
      #expect(
        try untimed(folder + "/out.report.json") == untimed(first + "/out.report.json"))
    }
  }

  @Test func `what cannot be done is refused before anything is written`() throws {
    let path = folder.path("out.dmoe")
    #expect(throws: PipelineError.noImportance) {
      try Converted.partition(Fixture.model, to: path, importance: .energy).preview(
        Context(.serial))
    }
    let converted = try Converted.path()
    #expect(throws: PipelineError.alreadyConverted(path: converted)) {
      try Converted.partition(converted, to: path).preview(Context(.serial))
    }
    #expect(throws: PlanError.experts(385, neurons: 384)) {
      try Converted.partition(Fixture.model, to: path, widths: .equal(experts: 385)).preview(
        Context(.serial))
    }
    let other = try statistics([[Double](repeating: 1, count: 384)], of: .digest(of: []))
    #expect(throws: PipelineError.otherModel(statistics: other)) {
      try Converted.partition(Fixture.model, to: path, statistics: other).preview(
        Context(.serial))
    }
    let short = try statistics([[Double](repeating: 1, count: 384)])
    #expect(throws: PipelineError.otherModel(statistics: short)) {
      try Converted.partition(Fixture.model, to: path, statistics: short).preview(
        Context(.serial))
    }
    #expect(try folder.names() == ["statistics"])
  }

  @Test func `outputs that exist are kept, unless replacing them is asked for`() throws {
    let path = try folder.write([1], to: "out.dmoe")
    #expect(throws: FileError.exists(path: path)) {
      try Converted.partition(Fixture.model, to: path).run(parallel: Parallel(threads: 1))
    }
    #expect(try bytes(at: path) == [1])
    let weights = try folder.copyModel() + "/model.safetensors"
    #expect(throws: FileError.sameFile(input: weights, output: weights)) {
      try Converted.partition(folder.path("model"), to: weights, force: true)
        .run(parallel: Parallel(threads: 1))
    }
    _ = try Converted.partition(Fixture.model, to: path, force: true)
      .run(parallel: Parallel(threads: 1))
    #expect(try bytes(at: path) == Converted.bytes())
    #expect(
      try folder.names() == ["model", "out.dmoe", "out.dmoe.report.html", "out.dmoe.report.json"])
  }

  /// A report without `timing`, the only part that differs between runs.
  private func untimed(_ path: String) throws -> [UInt8] {
    var report = try #require(JSONScanner.scan(bytes(at: path)).object)
    #expect(report["timing"]?.array?.isEmpty == false)
    report["timing"] = nil
    return JSONWriter.write(.object(report), layout: .indented)
  }

  private static func order(by scores: [Double]) -> [Int] {
    var order: [Int] = []
    for value in Set(scores).sorted(by: >) {
      for (index, score) in scores.enumerated() where score == value { order.append(index) }
    }
    return order
  }

  /// Rows of these neurons in a bf16 matrix of 384 neurons, picked element by element.
  private static func rows(
    _ neurons: ArraySlice<Int>, of dense: [UInt8], columnwise: Bool
  ) -> [UInt8] {
    var rows: [UInt8] = []
    for neuron in neurons {
      for column in 0..<128 {
        let element = columnwise ? column * 384 + neuron : neuron * 128 + column
        rows += dense[2 * element..<2 * element + 2]
      }
    }
    return rows
  }

  private func statistics(
    _ sums: [[Double]], of model: SHA256Digest? = nil
  ) throws -> String {
    let layers = sums.map { sums in
      var layer = NeuronStatistics.Layer(neurons: sums.count)
      layer.absoluteSum = sums
      layer.squareSum = sums
      return layer
    }
    let fingerprint = try model ?? Model(path: Fixture.model).fingerprint()
    let path = folder.path("statistics")
    try NeuronStatistics(layers: layers, positions: 9000, model: fingerprint, parts: [])
      .write(to: path)
    return path
  }
}
