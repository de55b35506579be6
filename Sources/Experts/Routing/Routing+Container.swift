import Architectures
import ByteIO
import Checkpoints
package import DMOE
import Kernels
import Tensors

extension Routing {
  /// Reads the routing of a container; nil if it has none, or an unknown description.
  ///
  /// Opening the container has checked names and shapes.
  package init?(_ container: DMOEReader) throws(PlanError) {
    guard let description = container.directory.routing else { return nil }
    let kind = description.router
    var routers: [Router] = []
    for layer in 0..<container.directory.model.layers {
      var tensors: [Router.Tensor] = []
      for name in Router.tensorNames(kind) {
        guard let stored = container.shared(.router(name, layer: layer)) else { continue }
        let matrix = try container.matrix(stored, layer: layer)
        tensors.append(
          Router.Tensor(
            name: name, rows: matrix.rows, columns: matrix.columns, values: matrix.values))
      }
      do {
        routers.append(try Router(kind, tensors: tensors))
      } catch {
        throw .router(path: container.path, layer: layer, error)
      }
    }
    self.init(
      target: description.target, routers: routers,
      budgets: try BudgetTable(container, target: description.target))
  }
}

extension LayerExperts {
  /// Experts of every layer of a container, with their compensation.
  package static func layers(of container: DMOEReader) throws(PlanError) -> [LayerExperts] {
    let model = container.directory.model
    let isCompensated = container.directory.routing?.compensationRank != nil
    let sensitivities = try sensitivities(of: container)
    var layers: [LayerExperts] = []
    for (layer, all) in container.directory.widths.enumerated() {
      let widths = Array(all.prefix(container.expertsHeld))
      var compensations: [Compensation] = []
      if isCompensated {
        for ring in 0..<min(widths.count, container.directory.partialExperts) {
          compensations.append(
            try Compensation(container, layer: layer, ring: ring) {
              .compensation($0, layer: layer)
            })
        }
      }
      layers.append(
        LayerExperts(
          widths: widths, neurons: model.neurons[layer], meanNeurons: model.neurons.mean,
          sensitivity: sensitivities?[layer] ?? 1, compensations: compensations,
          hiddenSize: model.hiddenSize, gated: model.gated,
          skipping: try skipping(of: container, layer: layer, experts: widths.count)))
    }
    return layers
  }

  /// Weights of the errors of the layers; nil if the container has none, or no routers
  /// that predict errors.
  package static func sensitivities(of container: DMOEReader) throws(PlanError) -> [Double]? {
    guard let routing = container.directory.routing,
      let stored = container.shared(.sensitivity)
    else { return nil }
    let numbers = try container.numbers(stored)
    guard numbers.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw .sensitivity(path: container.path)
    }
    return routing.target == .logError ? numbers : nil
  }

  private static func skipping(
    of container: DMOEReader, layer: Int, experts: Int
  ) throws(PlanError) -> (rule: LayerSkipping, costs: [[Double]])? {
    guard container.directory.routing?.skips == true else { return nil }
    let model = container.directory.model
    let isCompensated = container.directory.routing?.compensationRank != nil
    var scales: [Float] = []
    var costs: [[Double]] = []
    var compensations: [Compensation] = []
    for ring in 0..<experts {
      let kind = StoredTensor.Kind.skipping("scale", layer: layer)
      scales += try container.matrix(ring: ring, kind, layer: layer).values
      let stored = try container.stored(ring: ring, .skipping("cost", layer: layer))
      costs.append(try container.numbers(stored))
      guard costs[ring].allSatisfy({ $0.isFinite && $0 >= 0 }) else {
        throw .skipping(path: container.path, layer: layer, stored.title)
      }
      guard isCompensated, ring < container.directory.partialExperts else { continue }
      compensations.append(
        try Compensation(container, layer: layer, ring: ring) { .skipping($0, layer: layer) })
    }
    guard scales.allSatisfy({ $0 >= 0 }) else {
      throw .skipping(path: container.path, layer: layer, "a scale")
    }
    let rule = LayerSkipping(
      scales: scales, meanNeurons: model.neurons.mean, gated: model.gated,
      compensations: compensations)
    return (rule, costs)
  }
}

extension Compensation {
  fileprivate init(
    _ container: DMOEReader, layer: Int, ring: Int, _ kind: (String) -> StoredTensor.Kind
  ) throws(PlanError) {
    func matrix(_ name: String) throws(PlanError) -> Matrix {
      try container.matrix(ring: ring, kind(name), layer: layer)
    }
    self.init(
      first: try matrix("first.weight"), second: try matrix("second.weight"),
      bias: try matrix("bias").values)
  }
}

extension DMOEReader {
  /// Checks permutations, routers, compensation and budgets, whose rules no checksum covers.
  ///
  /// For commands that copy the data of a container; opening it reads headers only.
  package func checkValues() throws(PlanError) {
    do {
      try checkPermutations()
    } catch {
      throw .model(.container(error))
    }
    _ = try Routing(self)
    _ = try LayerExperts.layers(of: self)
  }

  fileprivate func stored(ring: Int, _ kind: StoredTensor.Kind) throws(PlanError) -> StoredTensor {
    guard let stored = self.ring(kind, ring: ring) else {
      throw .model(.tensor(.missing(name: "\(kind)")))
    }
    return stored
  }

  fileprivate func matrix(
    ring: Int, _ kind: StoredTensor.Kind, layer: Int
  ) throws(PlanError) -> Matrix {
    try matrix(stored(ring: ring, kind), layer: layer)
  }

  /// Elements of a stored tensor of F64.
  func numbers(_ stored: StoredTensor) throws(PlanError) -> [Double] {
    let bytes: [UInt8]
    do {
      bytes = try read(stored)
    } catch {
      throw .model(.tensor(error))
    }
    return (0..<bytes.count / 8).map {
      Double(bitPattern: LittleEndian.load(UInt64.self, from: bytes, at: 8 * $0))
    }
  }

  /// Decodes a stored tensor of a layer, which must be finite; a vector becomes one row.
  func matrix(_ stored: StoredTensor, layer: Int) throws(PlanError) -> Matrix {
    let rows = stored.shape.count > 1 ? stored.shape[0] : 1
    let columns = stored.shape.last ?? 0
    var values = [Float](repeating: 0, count: rows * columns)
    do {
      var span = values.mutableSpan
      stored.elementType.decode(try read(stored), into: &span)
    } catch {
      throw .model(.tensor(error))
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .router(path: path, layer: layer, .notFinite(stored.title))
    }
    return Matrix(rows: rows, columns: columns, values: values)
  }
}
