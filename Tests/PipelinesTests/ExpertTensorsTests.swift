import Architectures
import Checkpoints
import DMOE
import Forms
import Tensors
import TestContainers
import TestSupport
import Testing

/// Experts of containers cut by an independent loop, checked neuron by neuron.
@Suite struct ExpertTensorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `experts of containers of any form are the first rows and columns`() throws {
    var numbers = RandomNumbers(seed: 40)
    var mixed = 0
    for number in 0..<60 {
      let container = TestContainer.random(&numbers)
      let path = try container.write(to: folder.path("\(number)"))
      for expert in container.widths[0].indices {
        if Set(container.widths.map { $0[expert] }).count > 1 { mixed += 1 }
        try expectExpert(expert, of: container, at: path)
      }
    }
    #expect(mixed > 20)
  }

  @Test(arguments: [0, 1]) func `parts that lie in one tensor are cut each for itself`(axis: Int)
    throws
  {
    var numbers = RandomNumbers(seed: 41)
    let (hidden, neurons) = (5, 6)
    let container = TestContainer(
      model: .init(
        family: "fused", hiddenSize: hidden, neurons: NeuronCounts(neurons, layers: 1),
        activation: "silu", gated: true),
      widths: [[1, 2, 5, 6]],
      tensors: [
        DenseTensor(
          "gate_up", .bf16, axis == 0 ? [2 * neurons, hidden] : [hidden, 2 * neurons],
          cut: .init(layer: 0, parts: [.gate, .up], neuronAxis: axis), numbers: &numbers),
        DenseTensor(
          "down", .f32, axis == 0 ? [hidden, neurons] : [neurons, hidden],
          cut: .init(layer: 0, parts: [.down], neuronAxis: 1 - axis), numbers: &numbers),
        DenseTensor(
          "biases", .f16, [2 * neurons],
          cut: .init(layer: 0, parts: [.upBias, .gateBias], neuronAxis: 0), numbers: &numbers),
        DenseTensor("norm", .f32, [hidden], numbers: &numbers),
      ], orders: [[5, 0, 3, 1, 4, 2]])
    let path = try container.write(to: folder.path("file"))
    for expert in 0..<4 { try expectExpert(expert, of: container, at: path) }
  }

  private func expectExpert(_ expert: Int, of container: TestContainer, at path: String) throws {
    let found = ExpertTensors(try DMOEReader(path: path), base: nil, expert: expert)
    let isDense = container.widths.map { $0[expert] } == container.model.neurons.layers
    for tensor in container.tensors {
      var bytes: [UInt8] = []
      try found.open(tensor.description.name).forEachPiece { offset, piece in
        #expect(offset == bytes.count)
        bytes += piece
      }
      let width = tensor.cut.map { container.widths[$0.layer][expert] }
      let (shape, expected) = picked(tensor, isDense ? nil : width, container)
      #expect(found.tensor(tensor.description.name)?.shape == shape)
      #expect(bytes == expected, "\(tensor.description.name), expert \(expert)")
    }
  }

  private func picked(
    _ tensor: DenseTensor, _ width: Int?, _ container: TestContainer
  ) -> (shape: [Int], bytes: [UInt8]) {
    guard let cut = tensor.cut, let width else {
      return (tensor.description.shape, tensor.bytes)
    }
    let neurons = container.model.neurons[cut.layer]
    var shape = tensor.description.shape
    shape[cut.neuronAxis] = cut.parts.count * width
    let rows = cut.parts.indices.flatMap { part in
      container.orders[cut.layer].prefix(width).map {
        tensor.row(ofNeuron: $0, part: part, neurons: neurons, hidden: container.model.hiddenSize)
      }
    }
    guard cut.neuronAxis == 1 else { return (shape, rows.flatMap(\.self)) }
    let size = tensor.description.elementType.block.bytes
    let columns = (0..<container.model.hiddenSize).flatMap { column in
      rows.flatMap { Array($0[column * size..<(column + 1) * size]) }
    }
    return (shape, columns)
  }
}
