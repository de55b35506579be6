import Architectures
import ByteIO
import DMOE
import Foundation
import Tensors
import TestContainers
import TestSupport

extension Draft {
  /// Compensation rank of ``routed(_:predicting:skips:)``.
  static let rank = 2

  /// A sample with two layers of three experts, routers, compensation and budgets of three rows.
  ///
  /// `sections[0]` has two permutations, the tensors of two routers, then `table` and `ends`; every
  /// ring but the last has three compensation tensors per layer. With skipping, `window` follows
  /// `ends`, and a ring ends with `scale` and `cost` of each layer, then, but for the last, with
  /// three compensation tensors per layer.
  static func routed(
    _ router: RouterKind = .mlp, predicting target: RouterTarget = .logError, skips: Bool = false
  ) throws -> Draft {
    let folder = try TemporaryFolder()
    let path = try RoutedContainer(router: router, target: target, skips: skips).write(
      to: folder.path("routed"))
    return try Draft([UInt8](Data(contentsOf: URL(filePath: path))))
  }
}

/// Two layers of three experts without gate projections, with everything needed for routing.
struct RoutedContainer {
  let router: RouterKind
  let target: RouterTarget
  let skips: Bool

  private static let hidden = 3
  private static let neurons = 6
  private static let table: [Double] = [0.4, 3, 2, 0.6, 1, 0.5, 0.8, 0.25, 0.125]

  private typealias Stored = (item: DMOEContents.Item, bytes: [UInt8])

  private func stored(
    _ kind: StoredTensor.Kind, _ type: ElementType, _ shape: [Int], _ bytes: [UInt8]? = nil
  ) -> Stored {
    let size = shape.reduce(type.block.bytes, *)
    return (
      .init(kind: kind, elementType: type, shape: shape),
      bytes ?? (0..<size).map { UInt8($0 % 61) }
    )
  }

  private var shared: [Stored] {
    let outputs = 2
    let features = target == .similarity ? Self.hidden : Self.hidden + 1
    let shapes: [(String, [Int])] =
      switch router {
      case .linear: [("weight", [outputs, features]), ("bias", [outputs])]
      case .mlp:
        [
          ("first.weight", [4, features]), ("first.bias", [4]), ("second.weight", [outputs, 4]),
          ("second.bias", [outputs]),
        ]
      }
    var tensors: [Stored] = (0..<2).map { layer in
      let order = [2, 0, 1, 5, 4, 3].flatMap { [$0, 0, 0, 0] as [UInt8] }
      return stored(.permutation(layer: layer), .u32, [Self.neurons], order)
    }
    for layer in 0..<2 {
      for (name, shape) in shapes {
        tensors.append(stored(.router(name, layer: layer), .f32, shape))
      }
    }
    // Prices fall with the budget, thresholds grow.
    let sign = target == .similarity ? -1.0 : 1
    let table = Self.table.enumerated().map { $0 % 3 == 0 ? $1 : sign * $1 }
    tensors.append(stored(.budgets("table"), .f64, [3, 3], Self.bytes(table)))
    tensors.append(stored(.budgets("ends"), .f64, [2], Self.bytes([0.375, 1])))
    if skips {
      tensors.append(stored(.budgets("window"), .f64, [2, 2], Self.bytes([0.5, 3, 0.9, 0.5])))
    }
    return tensors
  }

  private func ring(_ ring: Int) -> [Stored] {
    var tensors: [Stored] = []
    for layer in 0..<2 {
      if ring < 2 {
        let rank = Draft.rank
        tensors += [
          stored(.compensation("first.weight", layer: layer), .bf16, [rank, Self.hidden]),
          stored(.compensation("second.weight", layer: layer), .bf16, [Self.hidden, rank]),
          stored(.compensation("bias", layer: layer), .f32, [Self.hidden]),
        ]
      }
      for part in [FeedForwardPart.up, .down] {
        let size = 2 * Self.hidden * 4
        tensors.append(
          stored(
            .part(part, layer: layer), .f32, [2, Self.hidden],
            [UInt8](repeating: UInt8(ring), count: size)))
      }
    }
    for layer in 0..<2 where skips {
      let costs = (0..<25).map { 1 - Double($0) / 50 }
      tensors += [
        stored(.skipping("scale", layer: layer), .f32, [2], floatBytes([0.5, 0])),
        stored(.skipping("cost", layer: layer), .f64, [25], Self.bytes(costs)),
      ]
    }
    for layer in 0..<2 where skips && ring < 2 {
      let rank = Draft.rank
      tensors += [
        stored(.skipping("first.weight", layer: layer), .bf16, [rank, Self.hidden]),
        stored(.skipping("second.weight", layer: layer), .bf16, [Self.hidden, rank]),
        stored(.skipping("bias", layer: layer), .f32, [Self.hidden]),
      ]
    }
    return tensors
  }

  /// Little-endian bytes, as stored in files.
  static func bytes(_ values: [Double]) -> [UInt8] {
    values.flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
  }

  func write(to path: String) throws -> String {
    let sources = (0..<2).flatMap { layer in
      [FeedForwardPart.up, .down].map { part in
        // Each neuron's row repeats the number of its ring; order [2, 0, 1, 5, 4, 3], two per ring.
        DenseTensor(
          "\(part.rawValue).\(layer)", .f32, [Self.neurons, Self.hidden],
          cut: FeedForwardCut(layer: layer, parts: [part], neuronAxis: 0),
          bytes: [0, 1, 0, 2, 2, 1].flatMap {
            [UInt8](repeating: UInt8($0), count: Self.hidden * 4)
          })
      }
    }
    let sections = [shared] + (0..<3).map(ring)
    let contents = DMOEContents(
      generator: "tests",
      model: .init(
        family: "llama", hiddenSize: Self.hidden, neurons: NeuronCounts(Self.neurons, layers: 2),
        activation: "silu", gated: false),
      widths: [[2, 4, 6], [2, 4, 6]], importance: "greedy", recipe: "residual",
      routing: RoutingDescription(
        router: router, target: target, compensationRank: Draft.rank, skips: skips),
      sourceFormat: .safetensors, sourceMetadata: [],
      sourceTensors: sources.map { .init($0.description, cut: $0.cut) },
      sections: sections.map { $0.map(\.item) }, compression: .none)
    let writer = try DMOEWriter(contents, path: path)
    for (section, tensors) in sections.enumerated() {
      for (index, tensor) in tensors.enumerated() {
        try writer.write(tensor.bytes, section: section, tensor: index)
      }
    }
    for (index, source) in sources.enumerated() {
      writer.setDigest(.digest(of: source.bytes), ofSource: index)
    }
    try writer.finish()
    try writer.file.commit()
    return path
  }
}
