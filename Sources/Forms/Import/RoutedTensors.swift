import Architectures
import ByteIO
import Checkpoints
import Containers
import DMOE
import Experts
import Kernels
import Tensors

/// Tensors of experts and routers in a routed folder, next to those of the dense model.
struct RoutedTensors {
  private let checkpoint: Checkpoint
  private let form: RoutedConfiguration
  private let model: ModelConfiguration
  /// Prefix of the tensor names, per layer.
  private let places: [String]
  /// Names of all expert and router tensors in the folder.
  let names: Set<TensorName>
  /// Whether any layer stores the order of its neurons.
  private let tellsOrder: Bool

  /// - Throws: an error for a missing or unknown tensor, or a wrong shape.
  init(_ model: Model, _ form: RoutedConfiguration) throws {
    checkpoint = model.checkpoint
    self.form = form
    self.model = model.configuration
    let places = (0..<model.configuration.layers).map {
      RoutedConfiguration.place(beside: model.tensorName(.down, layer: $0) ?? "")
    }
    self.places = places
    let known = Set(places)
    let names = Set(
      checkpoint.tensors.map(\.name).filter { name in
        guard let word = name.text.firstRange(of: RoutedConfiguration.module) else { return false }
        return known.contains(String(name.text[..<word.upperBound]))
      })
    self.names = names
    tellsOrder = names.contains {
      $0.text.hasSuffix(RoutedConfiguration.module + RoutedConfiguration.permutation)
    }
    try check()
  }

  private func tensors(layer: Int) -> [RoutedConfiguration.Tensor] {
    form.tensors(layer: layer, hiddenSize: model.hiddenSize)
  }

  private func check() throws {
    var expected: Set<TensorName> = []
    for layer in places.indices {
      for tensor in tensors(layer: layer) where tellsOrder || tensor.elementType != .i32 {
        let found = try self.found(tensor, layer: layer)
        guard found.shape == tensor.shape else {
          throw ModelError.shape(
            path: checkpoint.path, tensor: found.name.text, expected: tensor.shape,
            found: found.shape)
        }
        expected.insert(found.name)
      }
    }
    if let unknown = names.subtracting(expected).min() {
      throw FormError.unknownExpertTensor(path: checkpoint.path, tensor: unknown.text)
    }
  }

  private func found(_ tensor: RoutedConfiguration.Tensor, layer: Int) throws -> TensorDescription {
    let name = places[layer] + tensor.name
    guard let found = checkpoint.tensor(TensorName(name)) else {
      throw ModelError.missingTensor(path: checkpoint.path, name: name)
    }
    return found
  }

  /// Indices of a layer's neurons in the source, by rank; the identity if the folder stores no
  /// order.
  func order(layer: Int) throws -> [Int] {
    let neurons = model.neurons[layer]
    guard tellsOrder, let tensor = tensors(layer: layer).first(where: { $0.elementType == .i32 })
    else { return Array(0..<neurons) }
    let found = try found(tensor, layer: layer)
    func fail(_ what: String) -> FormError {
      .permutation(path: checkpoint.path, tensor: found.name.text, found: what)
    }
    guard [.i32, .u32, .i64].contains(found.elementType) else {
      throw fail(found.elementType.rawValue)
    }
    var seen = [Bool](repeating: false, count: neurons)
    return try found.elementType.doubles(checkpoint.source.read(found.name)).enumerated().map {
      rank, number in
      guard let index = Int(exactly: number), seen.indices.contains(index), !seen[index] else {
        let shown = Int(exactly: number).map(String.init) ?? "\(number)"
        throw fail("\(shown) at rank \(rank), which is out of range or a duplicate")
      }
      seen[index] = true
      return index
    }
  }

  func router(layer: Int) throws -> Router {
    var parts: [Router.Tensor] = []
    for tensor in tensors(layer: layer) {
      guard case .router(let name, _) = tensor.kind else { continue }
      let matrix = try matrix(tensor, layer: layer)
      parts.append(
        Router.Tensor(
          name: name, rows: matrix.rows, columns: matrix.columns, values: matrix.values))
    }
    return try Router(form.routing?.router ?? .linear, tensors: parts)
  }

  /// Compensation of every partial expert, with maps rounded to the type that a container stores.
  func compensations(layer: Int) throws -> [Compensation] {
    try compensations(layer: layer, experts: form.widths[layer].count - 1) { tensor in
      if case .compensation(let name, _) = tensor.kind { name } else { nil }
    }
  }

  /// Compensation of as many experts, from the tensors that have a name in it.
  private func compensations(
    layer: Int, experts: Int, name: (RoutedConfiguration.Tensor) -> String?
  ) throws -> [Compensation] {
    guard form.routing?.compensationRank != nil else { return [] }
    var parts = [[Compensation.Tensor]](repeating: [], count: experts)
    for tensor in tensors(layer: layer) {
      guard let name = name(tensor), let ring = tensor.ring else { continue }
      let matrix = try matrix(tensor, layer: layer)
      parts[ring].append(
        Compensation.Tensor(
          name: name, elementType: tensor.elementType, rows: matrix.rows, columns: matrix.columns,
          values: matrix.values))
    }
    return try parts.map { try Compensation(tensors: $0, hiddenSize: model.hiddenSize) }
  }

  /// Skipping in a layer, and the costs of its experts by price; nil if they skip no neurons.
  func skipping(
    layer: Int, gated: Bool
  ) throws -> (rule: LayerSkipping, costs: [[Double]])? {
    guard form.routing?.skips == true else { return nil }
    var scales: [Float] = []
    var costs: [[Double]] = []
    for tensor in tensors(layer: layer) {
      guard case .skipping(let name, _) = tensor.kind, name == "scale" || name == "cost" else {
        continue
      }
      let (found, bytes) = try numbers(tensor, layer: layer)
      let values = found.elementType.doubles(bytes)
      guard values.allSatisfy({ $0.isFinite && $0 >= 0 && Float($0).isFinite }) else {
        throw PlanError.skipping(path: checkpoint.path, layer: layer, found.name.text)
      }
      if name == "scale" { scales += values.map { Float($0) } } else { costs.append(values) }
    }
    let compensations = try compensations(layer: layer, experts: costs.count - 1) { tensor in
      guard case .skipping(let name, _) = tensor.kind, name != "scale" && name != "cost" else {
        return nil
      }
      return name
    }
    let rule = LayerSkipping(
      scales: scales, meanNeurons: model.neurons.mean, gated: gated, compensations: compensations)
    return (rule, costs)
  }

  /// Description and bytes of a tensor of floating-point numbers.
  private func numbers(
    _ tensor: RoutedConfiguration.Tensor, layer: Int
  ) throws -> (found: TensorDescription, bytes: [UInt8]) {
    let found = try found(tensor, layer: layer)
    guard [.f16, .bf16, .f32, .f64].contains(found.elementType) else {
      throw ModelError.elementType(
        path: checkpoint.path, tensor: found.name.text, found: found.elementType.rawValue)
    }
    return (found, try checkpoint.source.read(found.name))
  }

  /// Reads a tensor as floats rounded to its type in the form; a vector becomes one row.
  ///
  /// - Throws: an error if a value is not finite.
  private func matrix(_ tensor: RoutedConfiguration.Tensor, layer: Int) throws -> Matrix {
    let (found, bytes) = try numbers(tensor, layer: layer)
    let values = found.elementType.floats(bytes)
    let matrix = Matrix(
      rows: found.shape.count > 1 ? found.shape[0] : 1, columns: found.shape.last ?? 0,
      values: values)
    let result = tensor.elementType == .bf16 ? matrix.roundedToBFloat16() : matrix
    guard result.values.allSatisfy(\.isFinite) else {
      throw PlanError.router(path: checkpoint.path, layer: layer, .notFinite(found.name.text))
    }
    return result
  }
}
