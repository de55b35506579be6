import Architectures
import Checkpoints
import Containers
package import DMOE
package import Experts
import JSON
package import Tensors

/// Description of a routed folder: the value of `dynamoe` in its `config.json`, and the tensors
/// that it adds to those of the source (`docs/transformers.md`).
package struct RoutedConfiguration: Sendable, Equatable {
  /// `model_type` of the source.
  package let modelType: String
  /// `architectures` of the source.
  package let architectures: [String]?
  package let family: String
  package let importance: String
  package let recipe: String?
  /// Widths of the experts, per layer; the last has all neurons.
  package let widths: [[Int]]
  /// Nil without routers.
  package let routing: RoutingDescription?
  /// Hidden width of each layer's router; empty if routers have no hidden layer.
  package let hidden: [Int]
  package let budgets: BudgetTable?
  /// Weights of the errors of the layers; nil if none was measured.
  package let sensitivities: [Double]?

  init(
    modelType: String, architectures: [String]?, family: String, importance: String,
    recipe: String?, widths: [[Int]], routing: RoutingDescription?, hidden: [Int],
    budgets: BudgetTable?, sensitivities: [Double]?
  ) {
    self.modelType = modelType
    self.architectures = architectures
    self.family = family
    self.importance = importance
    self.recipe = recipe
    self.widths = widths
    self.routing = routing
    self.hidden = hidden
    self.budgets = budgets
    self.sensitivities = sensitivities
  }

  /// Describes the export of a container.
  ///
  /// - Throws: ``FormError`` if some experts are missing, or if Transformers does not know the
  ///   source as a language model.
  init(_ checkpoint: Checkpoint, _ container: DMOEReader) throws {
    let directory = container.directory
    guard container.holdsDense else {
      throw FormError.notAllExperts(
        path: checkpoint.path, held: container.expertsHeld)
    }
    guard let config = try checkpoint.document("config.json")?.object else {
      throw ModelError.noConfiguration(path: checkpoint.path)
    }
    let modelType = config["model_type"]?.string ?? ""
    let family = try Model(checkpoint).family
    if let obstacle = RoutingObstacle(family, modelType: modelType) {
      throw FormError.notRoutable(path: checkpoint.path, family: family.name, obstacle)
    }
    let routing = directory.routing
    self.init(
      modelType: modelType,
      architectures: config["architectures"]?.array?.compactMap(\.string),
      family: family.name, importance: directory.importance, recipe: directory.recipe,
      widths: directory.widths, routing: routing,
      hidden: routing?.router == .mlp
        ? (0..<directory.model.layers).compactMap {
          container.shared(.router("first.bias", layer: $0))?.shape.first
        } : [],
      budgets: try routing.flatMap { try BudgetTable(container, target: $0.target) },
      sensitivities: try LayerExperts.sensitivities(of: container))
  }

  /// Whether a known family has the `model_type` and can be exported with routers.
  static func isExportable(_ modelType: String) -> Bool {
    Family.known.contains { $0.modelTypes.contains(modelType) && ModuleLayout($0) != nil }
  }

  /// `model_type` in the folder's `config.json`.
  package var dynamoeModelType: String { Model.exported + modelType }

  /// Module of a feed-forward layer that holds the added tensors.
  package static let module = "experts."
  /// Name below ``module`` of the tensor with each neuron's index in the source.
  package static let permutation = "permutation"

  /// Prefix of a layer's added tensors, from the name of its down projection, which ends in the
  /// projection's own name and `weight`.
  package static func place(beside projection: String) -> String {
    projection.split(separator: ".").dropLast(2).map { $0 + "." }.joined() + module
  }

  /// A tensor added to those of the source.
  package struct Tensor: Sendable {
    /// Name below ``module``.
    package let name: String
    package let elementType: ElementType
    package let shape: [Int]
    /// Kind of the tensor in a container.
    package let kind: StoredTensor.Kind
    /// Ring of the tensor in a container; nil for the shared section.
    package let ring: Int?
  }

  /// Tensors added to a layer.
  package func tensors(layer: Int, hiddenSize: Int) -> [Tensor] {
    var tensors = [
      Tensor(
        name: Self.permutation, elementType: .i32, shape: Array(widths[layer].suffix(1)),
        kind: .permutation(layer: layer), ring: nil)
    ]
    guard let routing else { return tensors }
    let partial = widths[layer].count - 1
    let shapes = routing.router.shapes(
      features: routing.features(hiddenSize: hiddenSize), outputs: partial)
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      tensors.append(
        Tensor(
          name: "router.\(name)", elementType: .f32,
          shape: shape.map { $0 ?? hidden[layer] }, kind: .router(name, layer: layer), ring: nil))
    }
    if let rank = routing.compensationRank {
      for expert in 0..<partial {
        for (name, shape) in RoutingDescription.compensation(rank: rank, hiddenSize: hiddenSize) {
          // In the Python module, the bias belongs to the second map.
          let isBias = name == "bias"
          tensors.append(
            Tensor(
              name: "compensation.\(expert).\(isBias ? "second.bias" : name)",
              elementType: isBias ? .f32 : .bf16, shape: shape,
              kind: .compensation(name, layer: layer), ring: expert))
        }
      }
    }
    guard routing.skips else { return tensors }
    var start = 0
    for (expert, end) in widths[layer].enumerated() {
      let forms = routing.skipping(
        neurons: end - start, isFull: expert == partial, hiddenSize: hiddenSize)
      for form in forms {
        tensors.append(
          Tensor(
            name: "skipping.\(expert).\(Self.skippingName(form.name))",
            elementType: form.elementType, shape: form.shape,
            kind: .skipping(form.name, layer: layer), ring: expert))
      }
      start = end
    }
    return tensors
  }

  /// Name in the Python module of an expert's skipping of a tensor in a container.
  private static func skippingName(_ name: String) -> String {
    switch name {
    case "scale", "cost": name
    case "bias": "compensation.second.bias"
    default: "compensation.\(name)"
    }
  }
}
