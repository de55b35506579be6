import ByteIO
import Calibration
import Checkpoints
import Kernels
import Running
import TestSupport
import Testing
import Work

@Suite struct CalibratorTests {
  /// A text for a tiny model in the same folder, cut into windows of BOS and 7 tokens.
  private func setUp(
    _ folder: TemporaryFolder, count: Int = 100, beginning: ModelTokenizer.Beginning = .always
  ) throws -> (Calibrator<LayerSweep>, TextTokens) {
    var llama = TinyLlama()
    llama.config["bos_token_id"] = "14"
    try llama.write(to: folder)
    var numbers = RandomNumbers(seed: 1)
    let letters = (0..<count).map { _ in
      UInt8(ascii: "a") + UInt8.random(in: 0..<10, using: &numbers)
    }
    let path = try folder.write(letters, to: "text.txt")
    let model = try Model(path: folder.path)
    let request = TextRequest(
      paths: [path], maximumTokens: nil, context: 8, beginning: beginning, parsingSpecial: false)
    return (
      Calibrator(model, Context(Parallel(threads: 2))),
      try TextTokens(request, model: model, limit: .max)
    )
  }

  @Test func `the sums are those of the hidden values of all positions`() throws {
    let folder = try TemporaryFolder()
    let (calibrator, text) = try setUp(folder)
    let found = try calibrator.statistics(of: text)
    var expected: [NeuronStatistics.Layer] = []
    _ = try LayerSweep(calibrator.model, parallel: Parallel(threads: 1)).run(text.windows()) {
      call in
      let hidden = call.weights.hidden(call.input)
      return (call.weights.output(hidden), hidden)
    } finishedLayer: { _, windows in
      var layer = NeuronStatistics.Layer(neurons: 12)
      for hidden in windows[0] {
        for (index, value) in hidden.values.enumerated() {
          layer.absoluteSum[index % 12] += Double(abs(value))
          layer.squareSum[index % 12] += Double(value) * Double(value)
        }
      }
      expected.append(layer)
    }
    #expect(found.layers.count == 2)
    for (found, expected) in zip(found.layers, expected) {
      for neuron in 0..<12 {
        #expect(abs(found.absoluteSum[neuron] / expected.absoluteSum[neuron] - 1) < 1e-12)
        #expect(abs(found.squareSum[neuron] / expected.squareSum[neuron] - 1) < 1e-12)
      }
    }
    #expect(found.positions == 100 + 15)
    #expect(found.tokens == 100)
    #expect(found.model == (try calibrator.model.fingerprint()))
    let part = try #require(found.parts.first)
    #expect(part.textDigest == text.digest)
    #expect((part.context, part.beginningToken, part.shard) == (8, 14, .whole))
  }

  @Test func `halves are every second window and the others`() throws {
    let folder = try TemporaryFolder()
    let (calibrator, text) = try setUp(folder, count: 28)
    let (whole, halves) = try calibrator.halvedStatistics(of: text)
    #expect(try calibrator.statistics(of: text) == whole)
    let windows = try (0..<4).map {
      try calibrator.statistics(of: text, range: 7 * $0..<7 * $0 + 7)
    }
    #expect(halves.count == 2)
    for (layer, half) in halves.enumerated() {
      for (sums, parts) in [(half.even, [0, 2]), (half.odd, [1, 3])] {
        var expected = windows[parts[0]].layers[layer]
        expected.add(windows[parts[1]].layers[layer])
        #expect(sums == expected)
      }
    }
    #expect(try calibrator.halvedStatistics(of: text, range: 0..<7).halves.isEmpty)
  }

  @Test func `threads do not change a bit, ranges and shards take their windows`() throws {
    let folder = try TemporaryFolder()
    let (calibrator, text) = try setUp(folder)
    let whole = try calibrator.statistics(of: text)
    let single = Calibrator(calibrator.model, Context(.serial))
    #expect(try single.statistics(of: text) == whole)
    #expect(try calibrator.statistics(of: text, range: 0..<21).tokens == 21)
    #expect(try calibrator.statistics(of: text, range: 90..<100).tokens == 10)
  }

  @Test func `merged shards are the whole`() throws {
    let folder = try TemporaryFolder()
    let (calibrator, text) = try setUp(folder)
    let whole = try calibrator.statistics(of: text)
    let shards = try (1...3).map {
      try calibrator.statistics(of: text, shard: #require(DataShard("\($0)/3")))
    }
    var merged = shards[0]
    for shard in shards.dropFirst() { try merged.merge(shard, path: "s") }
    #expect((merged.positions, merged.tokens) == (whole.positions, whole.tokens))
    #expect(merged.parts.map(\.shard.description) == ["1/3", "2/3", "3/3"])
    for (found, expected) in zip(merged.layers, whole.layers) {
      for neuron in 0..<12 {
        #expect(abs(found.absoluteSum[neuron] / expected.absoluteSum[neuron] - 1) < 1e-12)
        #expect(abs(found.squareSum[neuron] / expected.squareSum[neuron] - 1) < 1e-12)
      }
    }
  }

  @Test func `a text without a window for every shard is refused`() throws {
    let folder = try TemporaryFolder()
    let (calibrator, text) = try setUp(folder, count: 0)
    #expect(
      throws: CalibrationError.tooShort(
        path: text.name, tokens: 0, needed: 1, purpose: "calibration")
    ) {
      try calibrator.statistics(of: text)
    }
    let (_, short) = try setUp(folder, count: 7)
    #expect(
      throws: CalibrationError.tooShort(
        path: short.name, tokens: 7, needed: 14, purpose: "each of 2 data shards")
    ) {
      try calibrator.statistics(of: short, shard: #require(DataShard("1/2")))
    }
  }

  @Test func `what does not belong together is not merged`() throws {
    func statistics(
      model: String = "a", shard: String = "1/2", widths: [Int] = [3, 3], context: Int = 256
    ) throws -> NeuronStatistics {
      var file = StatisticsFile()
      file.metadata["model_fingerprint"] = String(repeating: model, count: 64)
      file.metadata["parts"] = StatisticsFile.parts(tokens: "6").replacing("1/1", with: shard)
        .replacing(#""context": 256"#, with: #""context": \#(context)"#)
      file.tensors.removeAll { $0.name.hasPrefix("layers") }
      for (layer, width) in widths.enumerated() {
        for sum in ["abs_sum", "square_sum"] {
          let zeros = [Double](repeating: 0, count: width)
          file.tensors.append(StatisticsFile.doubles("layers.\(layer).\(sum)", zeros))
        }
      }
      let folder = try TemporaryFolder()
      return try NeuronStatistics(path: folder.write(file.bytes, to: "s"))
    }
    var sum = try statistics()
    #expect(
      throws: CalibrationError.otherModel(
        path: "s", expected: "aaaaaaaaaaaa", found: "bbbbbbbbbbbb")
    ) {
      try sum.merge(statistics(model: "b", shard: "2/2"), path: "s")
    }
    #expect(throws: CalibrationError.countedTwice(path: "s", part: "part 1/2 of the same text")) {
      try sum.merge(statistics(), path: "s")
    }
    for shard in ["1/1", "1/4", "2/4", "2/3", "3/6"] {
      let part = "some of part \(shard) of the same text"
      #expect(throws: CalibrationError.countedTwice(path: "s", part: part)) {
        try sum.merge(statistics(shard: shard), path: "s")
      }
    }
    for widths in [[3], [3, 3, 3], [3, 2], [4, 3]] {
      let error = #expect(throws: CalibrationError.self) {
        try sum.merge(statistics(shard: "2/2", widths: widths), path: "s")
      }
      guard case .notStatistics("s", _) = error else {
        Issue.record("\(widths): \(String(describing: error))")
        continue
      }
    }
    // Windows of another length divide a text at other places.
    let part = "some of part 2/2 of the same text"
    #expect(throws: CalibrationError.countedTwice(path: "s", part: part)) {
      try sum.merge(statistics(shard: "2/2", context: 32), path: "s")
    }
    #expect(sum == (try statistics()))
    for shard in ["3/4", "8/8", "7/8"] { try sum.merge(statistics(shard: shard), path: "s") }
    #expect((sum.positions, sum.tokens) == (28, 24))
  }
}
