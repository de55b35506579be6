import ByteIO
import Calibration
import Checkpoints
import Experts
import Kernels
import TestSupport
import Testing

@Suite struct ImportanceTests {
  /// A layer of two neurons whose down projection has the columns (3, 4, 0 …) and (0, 0, 2, 0 …).
  private func model(_ folder: TemporaryFolder) throws -> Model {
    var llama = TinyLlama(layers: 1, intermediateSize: 2)
    var down = [Float](repeating: 0, count: 16)
    down[0] = 3
    down[2] = 4
    down[5] = -2
    llama[tensor: "model.layers.0.mlp.down_proj.weight"]?.bytes = floatBytes(down)
    try llama.write(to: folder)
    return try Model(path: folder.path)
  }

  private func statistics(
    _ layers: [(absolute: [Double], square: [Double])]
  ) throws -> NeuronEvidence {
    let layers = layers.map { absolute, square in
      var layer = NeuronStatistics.Layer(neurons: 0)
      layer.absoluteSum = absolute
      layer.squareSum = square
      return layer
    }
    return .statistics(
      NeuronStatistics(
        layers: layers, positions: 1, model: SHA256Digest.digest(of: []), parts: []))
  }

  @Test(
    arguments: [
      (.magnitude, [7, 9]), (.energy, [11, 100]), (.output, [11 * 25, 400]), (.weights, [5, 2]),
    ] as [(Importance, [Double])])
  func `scores are those of the definitions`(importance: Importance, expected: [Double]) throws {
    let folder = try TemporaryFolder()
    let scores = try ImportanceScores(
      importance, model: model(folder), evidence: statistics([([7, 9], [11, 100])]),
      parallel: Parallel(threads: 1))
    #expect(scores.layers == [expected])
    #expect(scores.importance == importance)
  }

  @Test(arguments: [.energy, .output] as [Importance])
  func `layers without evidence are scored by their weights`(importance: Importance) throws {
    let folder = try TemporaryFolder()
    var llama = TinyLlama(layers: 2, intermediateSize: 2)
    for layer in 0..<2 {
      var down = [Float](repeating: 0, count: 16)
      (down[0], down[5]) = (2, 3)
      llama[tensor: "model.layers.\(layer).mlp.down_proj.weight"]?.bytes = floatBytes(down)
    }
    try llama.write(to: folder)
    let entries = [[0, 0], [8, 1]].enumerated().map { layer, values in
      let name = Array("blk.\(layer).ffn_down.weight".utf8)
      return words([Int32(name.count)]) + name + words([1, 2])
        + floatBytes(values.map { Float($0) })
    }
    let matrix = try ImportanceMatrix(
      path: folder.write(words([2]) + entries[0] + entries[1], to: "matrix"), neurons: [2, 2],
      hiddenSize: 8)
    let scores = try ImportanceScores(
      importance, model: Model(path: folder.path), evidence: .importanceMatrix(matrix),
      parallel: Parallel(threads: 1))
    #expect(scores.layers == [[2, 3], importance == .energy ? [8, 1] : [32, 9]])
  }

  private func words(_ values: [Int32]) -> [UInt8] {
    values.flatMap { LittleEndian.bytes(of: UInt32(bitPattern: $0)) }
  }

  @Test(arguments: Importance.allCases)
  func `only the weights can be ranked without statistics`(importance: Importance) throws {
    let folder = try TemporaryFolder()
    let model = try model(folder)
    func scores() throws -> ImportanceScores {
      try ImportanceScores(
        importance, model: model, evidence: nil, parallel: Parallel(threads: 1))
    }
    if importance.needsStatistics {
      #expect(throws: PlanError.noStatistics(importance)) { try scores() }
    } else {
      #expect(try scores().layers == [[5, 2]])
    }
  }

  @Test(
    arguments: [
      ([([1, 2, 3], [1, 2, 3])], [3]), ([([1], [1])], [1]), ([], []),
      ([([1, 2], [1, 2]), ([1, 2], [1, 2])], [2, 2]), ([([1, 2], [1])], [1]),
    ] as [([([Double], [Double])], [Int])])
  func `statistics of other layers are refused`(
    layers: [([Double], [Double])], found: [Int]
  ) throws {
    let folder = try TemporaryFolder()
    let model = try model(folder)
    for importance in [Importance.magnitude, .output] {
      #expect(
        throws: PlanError.otherShape(found: found, expected: [2])
      ) {
        try ImportanceScores(
          importance, model: model, evidence: statistics(layers), parallel: Parallel(threads: 1))
      }
    }
  }

  @Test func `scores that are not finite are refused by name`() throws {
    let folder = try TemporaryFolder()
    let model = try model(folder)
    #expect(throws: PlanError.notFinite(.output, layer: 0, neuron: 1)) {
      try ImportanceScores(
        .output, model: model, evidence: statistics([([1, 1], [1, 1e308])]),
        parallel: Parallel(threads: 1))
    }
  }
}
