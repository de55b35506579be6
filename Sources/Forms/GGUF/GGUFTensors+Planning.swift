import Architectures
import Checkpoints
import Containers
import DMOE
import Tensors

extension GGUFTensors {
  /// - Parameters:
  ///   - expert: the expert to export.
  ///   - model: the full model.
  ///   - type: type of the matrices; nil keeps the stored types.
  /// - Throws: ``FormError`` for anything that llama.cpp has no tensors for.
  init(_ expert: ExpertTensors, of model: Model, type: GGUFMatrixType?) throws {
    var plan = Plan(expert, model, type)
    switch model.checkpoint.naming {
    case .transformers: try plan.rename()
    case .gguf: try plan.copy()
    }
    self.init(expert, items: plan.items, exceptions: plan.exceptions)
  }

  private struct Plan {
    let expert: ExpertTensors
    let model: Model
    let type: GGUFMatrixType?
    var items: [DerivedTensors.Item] = []
    var exceptions: [String: [TensorName]] = [:]

    init(_ expert: ExpertTensors, _ model: Model, _ type: GGUFMatrixType?) {
      self.expert = expert
      self.model = model
      self.type = type
    }

    private var sources: [DMOEDirectory.SourceTensor] { expert.container.directory.sourceTensors }

    /// Plans tensors with the names and layout of Transformers.
    mutating func rename() throws {
      let (family, configuration) = (model.family, model.configuration)
      guard let layout = family.layouts[.gguf], let stored = family.layouts[.transformers] else {
        throw refusal("the family \(family.name)")
      }
      for (name, values) in configuration.rotaryTensors {
        try append(name, .f32, shape: [values.count], .values(values))
      }
      let expected = configuration.expectedTensors(of: family, .transformers)
      // Layer by layer, after the tensors of no layer.
      for layer in [nil] + (0..<configuration.layers).map(Optional.init) {
        for tensor in expected where tensor.layer == layer && !tensor.role.isActivation {
          guard let name = model.tensorName(tensor.role, layer: layer),
            let source = expert.container.sourceTensor(TensorName(name))
          else { continue }
          guard let target = layout.name(tensor.role, layer: layer) else {
            throw refusal("the tensor \(name)")
          }
          var shape = expert.description(of: source).shape
          let isTransposed = stored.isTransposed && tensor.role.isProjection
          var arrangement = stored.arrangement(
            of: tensor.role, in: layout, configuration,
            rows: (isTransposed ? shape.last : shape.first) ?? 0)
          if arrangement.isTransposed { shape.reverse() }
          if tensor.role == .positionEmbedding, family.firstPosition > 0 {
            // Row 0 is that of position 0 in GGUF.
            arrangement.rows = Array(family.firstPosition..<shape[0])
            shape[0] -= family.firstPosition
          }
          let stored = source.description.elementType
          try append(
            TensorName(target), elementType(tensor.role, source: stored, shape, target),
            shape: shape, .base(source.description.name, arrangement))
        }
      }
    }

    /// Plans tensors that already have GGUF's names and layout.
    mutating func copy() throws {
      let roles = model.roles
      for source in sources {
        let description = source.description
        let role = roles[description.name]
        let shape = expert.description(of: source).shape
        let stored = source.cut.flatMap { downType(source, $0, shape) } ?? description.elementType
        let isMatrix = shape.count > 1 && role.map { !$0.isFullInGGUF } ?? false
        let target =
          type == nil || !isMatrix
          ? stored
          : elementType(role, source: stored, shape, description.name.text)
        guard target == description.elementType || description.elementType.isDecodable else {
          throw refusal("\(description.name.text) as \(target.rawValue)")
        }
        if type == nil, target != description.elementType {
          exceptions[
            "\(target.rawValue): blocks of the source run across neurons", default: []
          ].append(description.name)
        }
        try append(description.name, target, shape: shape, .base(description.name, .unchanged))
      }
    }

    /// Type of a down projection whose blocks run across neurons, so that they cannot be moved.
    private func downType(
      _ source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut, _ shape: [Int]
    ) -> ElementType? {
      let isWhole = expert.isWhole(source)
      guard source.description.elementType.isQuantized, cut.neuronAxis == 1,
        !(expert.isDense && isWhole)
      else { return nil }
      if case .recoded(let type) = cut.storage, !isWhole, !type.isQuantized { return type }
      return shape[1] % ElementType.q80.block.elements == 0 ? .q80 : .f16
    }

    private mutating func elementType(
      _ role: TensorRole?, source: ElementType, _ shape: [Int], _ name: String
    ) -> ElementType {
      if shape.count < 2 || role?.isFullInGGUF ?? true { return .f32 }
      guard let type else { return [.f16, .bf16].contains(source) ? source : .f32 }
      let isOutput = role == .output || role == .tokenEmbedding && model.configuration.tiedOutput
      let wanted = isOutput ? type.output : type.elementType
      guard wanted.isQuantized, shape[shape.count - 1] % wanted.block.elements != 0 else {
        return wanted
      }
      exceptions["F16: rows are not whole blocks of \(wanted.block.elements)", default: []]
        .append(TensorName(name))
      return .f16
    }

    private mutating func append(
      _ name: TensorName, _ type: ElementType, shape: [Int], _ content: DerivedTensors.Item.Content
    ) throws {
      guard let description = TensorDescription(name: name, elementType: type, shape: shape) else {
        throw refusal("\(name.text) with the shape \(shape) as \(type.rawValue)")
      }
      items.append(DerivedTensors.Item(description, content))
    }

    private func refusal(_ what: String) -> FormError {
      .notInGGUF(path: model.path, what: what)
    }
  }
}
