import ByteIO
import DMOE
import Experts
import Kernels
import Models
import Safetensors
import Tensors

/// Cuts a dense model into rings and writes them, every bit of the source once.
struct ContainerAssembly {
  let model: Model
  let plan: ExpertPlan
  let generator: String
  /// In words for people.
  let recipe: String
  let routing: Routing?
  /// For each layer; without routing there is no compensation.
  let experts: [LayerExperts]
  let compression: DMOECompression
  /// Whether the weights stay where they are.
  let isOverlay: Bool

  /// What the container will hold.
  func contents() throws -> DMOEContents {
    let checkpoint = model.checkpoint
    let configuration = model.configuration
    let cuts = cuts()
    let sources = checkpoint.tensors.map {
      DMOEDirectory.SourceTensor($0, cut: cuts[$0.name])
    }
    var metadata: [(key: String, value: String)] = []
    if case .safetensors(let reader) = checkpoint.storage {
      metadata = (reader.files.first?.metadata ?? []).map { ($0.key, $0.value) }
    }
    return DMOEContents(
      generator: generator,
      model: DMOEDirectory.Model(
        family: model.family.name, layers: configuration.layers,
        hiddenSize: configuration.hiddenSize, intermediateSize: configuration.intermediateSize,
        activation: configuration.activation.rawValue, gated: model.family.gated),
      widths: plan.layers.map(\.widths), importance: plan.importance.rawValue,
      recipe: recipe, routing: routingForm,
      sourceFormat: "safetensors", sourceMetadata: metadata, sourceTensors: sources,
      sections: [try shared(sources)] + (0..<plan.experts).map { ring($0, sources) },
      compression: compression, isOverlay: isOverlay)
  }

  private var routingForm: RoutingForm? {
    guard let routing, let router = routing.routers.first else { return nil }
    return RoutingForm(
      router: router.kind.form, prediction: routing.aim.prediction,
      compensationRank: experts.first?.compensations.first?.rank)
  }

  /// Which tensors of the source are cut, and how.
  private func cuts() -> [TensorName: FeedForwardCut] {
    var cuts: [TensorName: FeedForwardCut] = [:]
    var roles: [(TensorRole, FeedForwardPart, axis: Int)] = [(.up, .up, 0), (.down, .down, 1)]
    if model.family.gated { roles.append((.gate, .gate, 0)) }
    if model.configuration.feedForwardBias {
      roles.append((.upBias, .upBias, 0))
      if model.family.gated { roles.append((.gateBias, .gateBias, 0)) }
    }
    for layer in 0..<model.configuration.layers {
      for (role, part, axis) in roles {
        guard let name = model.family.tensorName(role, layer: layer) else { continue }
        cuts[TensorName(name)] = FeedForwardCut(layer: layer, parts: [part], neuronAxis: axis)
      }
    }
    return cuts
  }

  private func shared(_ sources: [DMOEDirectory.SourceTensor]) throws -> [DMOEContents.Item] {
    var items: [DMOEContents.Item] = []
    for layer in plan.layers.indices {
      items.append(
        .init(
          kind: .permutation(layer: layer), elementType: .u32,
          shape: [model.configuration.intermediateSize]))
    }
    for (layer, router) in (routing?.routers ?? []).enumerated() {
      for tensor in router.tensors {
        items.append(
          .init(
            kind: .router(tensor.name, layer: layer), elementType: .f32,
            shape: Self.shape(of: tensor)))
      }
    }
    for tensor in routing?.budgets?.tensors ?? [] {
      items.append(.init(kind: .budgets(tensor.name), elementType: .f64, shape: tensor.shape))
    }
    if isOverlay { return items }
    for name in Checkpoint.companions {
      guard let bytes = try model.checkpoint.companion(name) else { continue }
      items.append(.init(kind: .file(TensorName(name)), elementType: .u8, shape: [bytes.count]))
    }
    for source in sources where source.cut == nil {
      items.append(
        .init(
          kind: .source(source.description.name), elementType: source.description.elementType,
          shape: source.description.shape))
    }
    return items
  }

  /// A bias is a row in memory, and a vector in the file.
  private static func shape(of tensor: Router.Tensor) -> [Int] {
    tensor.name.hasSuffix("bias") ? [tensor.columns] : [tensor.rows, tensor.columns]
  }

  private func ring(
    _ ring: Int, _ sources: [DMOEDirectory.SourceTensor]
  ) -> [DMOEContents.Item] {
    var types: [StoredTensor.Kind: ElementType] = [:]
    for source in sources {
      guard let cut = source.cut else { continue }
      for part in cut.parts {
        types[.part(part, layer: cut.layer)] = source.description.elementType
      }
    }
    var items: [DMOEContents.Item] = []
    for (layer, experts) in experts.enumerated() where ring < experts.compensations.count {
      let shapes = RoutingForm.compensation(
        rank: experts.compensations[ring].rank, hiddenSize: model.configuration.hiddenSize)
      for (name, shape) in shapes {
        items.append(
          .init(
            kind: .compensation(name, layer: layer), elementType: name == "bias" ? .f32 : .bf16,
            shape: shape))
      }
    }
    if isOverlay { return items }
    for (layer, layerPlan) in plan.layers.enumerated() {
      let neurons = layerPlan.widths[ring] - (ring == 0 ? 0 : layerPlan.widths[ring - 1])
      for part in FeedForwardPart.allCases {
        let kind = StoredTensor.Kind.part(part, layer: layer)
        guard let type = types[kind] else { continue }
        items.append(
          .init(
            kind: kind, elementType: type,
            shape: part.isBias ? [neurons] : [neurons, model.configuration.hiddenSize]))
      }
    }
    return items
  }
}
