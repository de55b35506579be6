import Architectures
import Checkpoints
import DMOE
import Safetensors
import Tensors
import TestContainers
import TestSupport
import Testing

/// Reconstruction of tensors from rings that an independent loop cut, checked by digests and bytes.
@Suite struct DenseTensorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `containers of any form give back their dense tensors, bit for bit`() throws {
    var numbers = RandomNumbers(seed: 30)
    for number in 0..<60 {
      let container = TestContainer.random(&numbers)
      try expectSame(container, to: "\(number)")
    }
  }

  @Test(arguments: [ElementType.u8, .bf16, .f32, .f64], [0, 1])
  func `parts that lie in one tensor come back, with either axis`(
    type: ElementType, axis: Int
  ) throws {
    var numbers = RandomNumbers(seed: 31)
    let (hidden, neurons) = (5, 6)
    let shape = axis == 0 ? [2 * neurons, hidden] : [hidden, 2 * neurons]
    func cut(_ parts: [FeedForwardPart], _ axis: Int) -> FeedForwardCut {
      FeedForwardCut(layer: 0, parts: parts, neuronAxis: axis)
    }
    let container = TestContainer(
      model: .init(
        family: "fused", hiddenSize: hidden, neurons: NeuronCounts(neurons, layers: 1),
        activation: "silu", gated: true),
      widths: [[1, 2, 5, 6]],
      tensors: [
        DenseTensor("gate_up", type, shape, cut: cut([.gate, .up], axis), numbers: &numbers),
        // `down` has its neurons on the other axis.
        DenseTensor(
          "down", type, axis == 0 ? [hidden, neurons] : [neurons, hidden],
          cut: cut([.down], 1 - axis), numbers: &numbers),
        DenseTensor(
          "biases", .f16, [2 * neurons], cut: cut([.upBias, .gateBias], 0), numbers: &numbers),
      ], orders: [[5, 0, 3, 1, 4, 2]])
    try expectSame(container, to: "file")
  }

  /// Swapped parts have the right size: only their contents reveal the error.
  @Test func `parts that changed places are not the source`() throws {
    var numbers = RandomNumbers(seed: 32)
    func container(_ parts: [FeedForwardPart], like other: TestContainer?) -> TestContainer {
      let model = DMOEDirectory.Model(
        family: "fused", hiddenSize: 2, neurons: NeuronCounts(2, layers: 1), activation: "silu",
        gated: true)
      return TestContainer(
        model: model, widths: [[2]],
        tensors: [
          DenseTensor(
            "gate_up", .f32, [4, 2], cut: .init(layer: 0, parts: parts, neuronAxis: 0),
            bytes: other?.tensors[0].bytes ?? numbers.bytes(32)),
          DenseTensor(
            "down", .f32, [2, 2], cut: .init(layer: 0, parts: [.down], neuronAxis: 1),
            bytes: other?.tensors[1].bytes ?? numbers.bytes(16)),
        ], orders: [[1, 0]])
    }
    let right = container([.gate, .up], like: nil)
    let wrong = container([.up, .gate], like: right)
    let writer = try DMOEWriter(wrong.contents, path: folder.path("file"))
    for (section, tensors) in wrong.contents.sections.enumerated() {
      for (index, tensor) in tensors.enumerated() {
        let stored = try #require(right.stored[section].first { $0.item.kind == tensor.kind })
        try writer.write(stored.bytes, section: section, tensor: index)
      }
    }
    right.setDigests(writer)
    try writer.finish()
    try writer.file.commit()
    let found = try outcome("digests", folder.path("file"))
    #expect(found?.status == .failed && found?.detail.contains("gate_up") == true)
    try expectSame(right, to: "right")
  }

  private func expectSame(
    _ container: TestContainer, to name: String, location: SourceLocation = #_sourceLocation
  ) throws {
    let path = try container.write(to: folder.path(name))
    let digests = try #require(try outcome("digests", path))
    #expect(digests.status == .passed, "\(digests.detail)", sourceLocation: location)
    let source = folder.path(name + ".safetensors")
    try SafetensorsWriter.write(
      container.tensors.map { ($0.description, $0.bytes) }, to: source)
    let same = try #require(try outcome("source", path, against: source))
    #expect(same.status == .passed, "\(same.detail)", sourceLocation: location)
  }
}
