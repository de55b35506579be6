internal import Architectures
internal import DMOE
package import Tensors
package import TestSupport

extension TestContainer {
  /// A random container of any form that the format allows.
  package static func random(_ numbers: inout RandomNumbers) -> TestContainer {
    let layers = Int.random(in: 1...3, using: &numbers)
    let hidden = Int.random(in: 1...9, using: &numbers)
    let width = Int.random(in: 1...24, using: &numbers)
    let experts = Int.random(in: 1...min(4, width), using: &numbers)
    // Layers of one width, or of different ones.
    let isUniform = Bool.random(using: &numbers)
    let neurons = (0..<layers).map { _ in
      isUniform ? width : Int.random(in: experts...24, using: &numbers)
    }
    let gated = Bool.random(using: &numbers)
    let model = DMOEDirectory.Model(
      family: "made-up", hiddenSize: hidden, neurons: NeuronCounts(neurons), activation: "silu",
      gated: gated)
    var tensors: [DenseTensor] = []
    var widths: [[Int]] = []
    var orders: [[Int]] = []
    for (layer, neurons) in neurons.enumerated() {
      let inner = (1..<neurons).shuffled(using: &numbers).prefix(experts - 1).sorted()
      widths.append(inner + [neurons])
      orders.append((0..<neurons).shuffled(using: &numbers))
      for parts in groups(gated: gated, &numbers) {
        tensors.append(cut(parts, layer: layer, neurons: neurons, hidden: hidden, &numbers))
      }
    }
    for number in 0..<Int.random(in: 0...5, using: &numbers) {
      let type = ElementType.ofSafetensors.randomElement(using: &numbers) ?? .u8
      tensors.append(whole("extra.\(number)", type, &numbers))
    }
    return TestContainer(
      model: model, widths: widths, tensors: tensors.shuffled(using: &numbers), orders: orders,
      files: [("config.json", Array("{}".utf8)), ("empty", []), ("é\t", numbers.bytes(65))],
      others: [0: ["router", "z"], experts: ["later"]],
      compression: Bool.random(using: &numbers) ? .lossless : .none)
  }

  /// A container with quantised matrices, whose down projections are stored whole or recoded.
  package static func quantized(_ numbers: inout RandomNumbers) -> TestContainer {
    let types = ElementType.allCases.filter(\.isQuantized)
    let (hidden, neurons) = (256, [64, 256].randomElement(using: &numbers) ?? 64)
    var tensors: [DenseTensor] = []
    var orders: [[Int]] = []
    for layer in 0..<2 {
      orders.append((0..<neurons).shuffled(using: &numbers))
      for part in [FeedForwardPart.gate, .up] {
        tensors.append(
          DenseTensor(
            "\(layer).\(part.rawValue)", types.randomElement(using: &numbers) ?? .q40,
            [neurons, hidden], cut: .init(layer: layer, parts: [part], neuronAxis: 0),
            numbers: &numbers))
      }
      let fitting = types.filter { neurons % $0.block.elements == 0 }
      let storage: FeedForwardCut.Storage =
        layer == 0 ? .whole : .recoded([.f32, .f16, .q80].randomElement(using: &numbers) ?? .f32)
      tensors.append(
        DenseTensor(
          "\(layer).down", fitting.randomElement(using: &numbers) ?? .q40, [hidden, neurons],
          cut: .init(layer: layer, parts: [.down], neuronAxis: 1, storage: storage),
          numbers: &numbers))
    }
    return TestContainer(
      model: DMOEDirectory.Model(
        family: "made-up", hiddenSize: hidden, neurons: NeuronCounts(neurons, layers: 2),
        activation: "silu", gated: true),
      widths: [[8, neurons], [16, neurons]], tensors: tensors, orders: orders,
      compression: .lossless, sourceFormat: .gguf)
  }

  /// Parts of a layer, grouped by tensor.
  private static func groups(
    gated: Bool, _ numbers: inout RandomNumbers
  ) -> [[FeedForwardPart]] {
    var groups: [[FeedForwardPart]] = [[.down]]
    if gated, Bool.random(using: &numbers) {
      groups.append([.gate, .up].shuffled(using: &numbers))
    } else {
      groups += gated ? [[.gate], [.up]] : [[.up]]
    }
    switch Int.random(in: 0...3, using: &numbers) {
    case 0: groups.append([.upBias])
    case 1 where gated: groups.append([.upBias, .gateBias].shuffled(using: &numbers))
    case 2 where gated: groups += [[.gateBias], [.upBias]]
    default: break
    }
    return groups
  }

  private static func cut(
    _ parts: [FeedForwardPart], layer: Int, neurons: Int, hidden: Int,
    _ numbers: inout RandomNumbers
  ) -> DenseTensor {
    let types = ElementType.ofSafetensors.filter { $0.elementBytes != nil }
    let type = types.randomElement(using: &numbers) ?? .bf16
    let isBias = parts[0].isBias
    let axis = isBias ? 0 : Int.random(in: 0...1, using: &numbers)
    let matrix = [neurons * parts.count, hidden]
    let name = parts.map(\.rawValue).joined(separator: "+")
    return DenseTensor(
      "layers.\(layer).\(name)", type,
      isBias ? [neurons * parts.count] : axis == 0 ? matrix : matrix.reversed(),
      cut: FeedForwardCut(layer: layer, parts: parts, neuronAxis: axis), numbers: &numbers)
  }

  /// A tensor of random rank, sometimes without elements.
  package static func whole(
    _ name: String, _ type: ElementType, _ numbers: inout RandomNumbers
  ) -> DenseTensor {
    var shape = (0..<Int.random(in: 0...4, using: &numbers)).map { _ in
      Int.random(in: 0...5, using: &numbers)
    }
    // The size must be whole bytes.
    if type.elementBytes == nil { shape.append(4) }
    return DenseTensor(name, type, shape, numbers: &numbers)
  }
}
