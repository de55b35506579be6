import Architectures
import ByteIO
package import Calibration
package import Checkpoints
package import DMOE
package import Experts
import Kernels
import Safetensors
import Tensors

/// Cuts a dense model into rings and writes them as a container, storing every weight once.
package struct ContainerAssembly {
  let model: Model
  /// Order of the neurons and widths of the experts, per layer.
  let layers: [RingWriter.Layer]
  /// Name of the measure that ranked the neurons.
  let importance: String
  let generator: String
  /// Human-readable recipe; nil if a plan was given.
  let recipe: String?
  let routing: Routing?
  /// One per layer; without routing they have no compensation.
  let experts: [LayerExperts]
  let compression: DMOECompression
  /// Whether the weights stay in the base.
  let isOverlay: Bool
  let down: RingEncoding
  /// Whether the model already stores the neurons of every layer by rank.
  let isRanked: Bool
  /// Windows that the model was calibrated on, to keep; nil for none.
  let calibration: CalibrationWindows?

  package init(
    model: Model, layers: [RingWriter.Layer], importance: String, generator: String,
    recipe: String?, routing: Routing?, experts: [LayerExperts], compression: DMOECompression,
    isOverlay: Bool, down: RingEncoding, isRanked: Bool = false,
    calibration: CalibrationWindows? = nil
  ) {
    self.model = model
    self.layers = layers
    self.importance = importance
    self.generator = generator
    self.recipe = recipe
    self.routing = routing
    self.experts = experts
    self.compression = compression
    self.isOverlay = isOverlay
    self.down = down
    self.isRanked = isRanked
    self.calibration = calibration
  }

  /// Description of the container to be written.
  package func contents() throws -> DMOEContents {
    let weights = weights
    var metadata: [(key: String, value: String)] = []
    if case .dense(.safetensors(let reader)) = model.checkpoint.storage {
      metadata = (reader.files.first?.metadata ?? []).map { ($0.key, $0.value) }
    }
    return DMOEContents(
      generator: generator, model: weights.model,
      widths: layers.map(\.widths), importance: importance,
      recipe: recipe, routing: routingForm,
      sourceFormat: model.checkpoint.naming == .gguf ? .gguf : .safetensors,
      sourceMetadata: metadata, sourceTensors: weights.sources,
      sections: [try shared(weights)]
        + (0..<(layers.first?.widths.count ?? 0)).map { ring($0, weights) },
      compression: compression, isOverlay: isOverlay)
  }

  /// Writer of the dense weights, cut as planned.
  var weights: RingWriter {
    let configuration = model.configuration
    let cuts = cuts()
    return RingWriter(
      checkpoint: model.checkpoint,
      sources: model.checkpoint.tensors.map { DMOEDirectory.SourceTensor($0, cut: cuts[$0.name]) },
      model: DMOEDirectory.Model(
        family: model.family.name, hiddenSize: configuration.hiddenSize,
        neurons: configuration.neurons,
        activation: configuration.activation.rawValue, gated: model.family.gated),
      layers: layers, isRanked: isRanked)
  }

  /// Weights of the errors of the layers; nil if none was measured.
  var sensitivities: [Double]? {
    let sensitivities = experts.map(\.sensitivity)
    return routing != nil && sensitivities.contains { $0 != 1 } ? sensitivities : nil
  }

  private var routingForm: RoutingDescription? {
    guard let routing, let router = routing.routers.first else { return nil }
    return RoutingDescription(
      router: router.kind, target: routing.target,
      compensationRank: experts.first?.compensations.first?.rank,
      skips: experts.first?.skipping != nil)
  }

  /// Tensors of the source that are cut, with their axis and storage.
  private func cuts() -> [TensorName: FeedForwardCut] {
    var cuts: [TensorName: FeedForwardCut] = [:]
    for layer in 0..<model.configuration.layers {
      for tensor in model.neuronTensors(layer: layer) {
        cuts[tensor.name] = FeedForwardCut(
          layer: layer, parts: tensor.parts, neuronAxis: tensor.axis,
          storage: storage(of: tensor.name, tensor.axis))
      }
    }
    return cuts
  }

  /// Storage of a cut tensor: quantised tensors with neurons as columns cannot be cut exactly,
  /// because their blocks run across neurons.
  private func storage(of name: TensorName, _ axis: Int) -> FeedForwardCut.Storage {
    let type = model.checkpoint.tensor(name)?.elementType
    guard axis == 1, type?.isQuantized == true else { return .rings }
    return isOverlay ? .whole : down.storage
  }

  private func shared(_ weights: RingWriter) throws -> [DMOEContents.Item] {
    var items: [DMOEContents.Item] = []
    for layer in layers.indices {
      items.append(
        .init(
          kind: .permutation(layer: layer), elementType: .u32,
          shape: [model.configuration.neurons[layer]]))
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
    if let sensitivities {
      items.append(
        .init(kind: .sensitivity, elementType: .f64, shape: [sensitivities.count]))
    }
    if let calibration {
      items.append(
        .init(
          kind: .file(CalibrationWindows.name), elementType: .u8,
          shape: [calibration.bytes.count]))
    }
    return isOverlay ? items : try items + weights.shared()
  }

  /// Shape of a router tensor in the file: a bias, one row in memory, is stored as a vector.
  private static func shape(of tensor: Router.Tensor) -> [Int] {
    tensor.name.hasSuffix("bias") ? [tensor.columns] : [tensor.rows, tensor.columns]
  }

  private func ring(_ ring: Int, _ weights: RingWriter) -> [DMOEContents.Item] {
    var items: [DMOEContents.Item] = []
    for (layer, experts) in experts.enumerated() where ring < experts.compensations.count {
      let shapes = RoutingDescription.compensation(
        rank: experts.compensations[ring].rank, hiddenSize: model.configuration.hiddenSize)
      for (name, shape) in shapes {
        items.append(
          .init(
            kind: .compensation(name, layer: layer), elementType: name == "bias" ? .f32 : .bf16,
            shape: shape))
      }
    }
    for (layer, experts) in experts.enumerated() where experts.skipping != nil {
      let forms = routingForm?.skipping(
        neurons: experts.ranks(ofRing: ring).count, isFull: ring == experts.experts - 1,
        hiddenSize: model.configuration.hiddenSize)
      for (name, type, shape) in forms ?? [] {
        items.append(
          .init(kind: .skipping(name, layer: layer), elementType: type, shape: shape))
      }
    }
    return isOverlay ? items : items + weights.ring(ring)
  }
}
