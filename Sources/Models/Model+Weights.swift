import DMOE
package import Kernels
import Tensors

extension Model {
  /// A two-dimensional weight as floats; nil where the model has none of this role.
  package func matrix(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> Matrix? {
    guard let (tensor, values) = try floats(role, layer: layer, parallel: parallel) else {
      return nil
    }
    return Matrix(rows: tensor.shape[0], columns: tensor.shape[1], values: values)
  }

  /// A one-dimensional weight as floats; nil where the model has none of this role.
  package func vector(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> [Float]? {
    try floats(role, layer: layer, parallel: parallel)?.values
  }

  /// A weight that every model of the family has.
  package func requiredMatrix(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> Matrix {
    guard let matrix = try matrix(role, layer: layer, parallel: parallel) else {
      throw missing(role, layer)
    }
    return matrix
  }

  package func requiredVector(
    _ role: TensorRole, layer: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> [Float] {
    guard let vector = try vector(role, layer: layer, parallel: parallel) else {
      throw missing(role, layer)
    }
    return vector
  }

  /// The weights of a layer's feed-forward network.
  ///
  /// - Parameters:
  ///   - layer: which layer.
  ///   - neurons: how many neurons, the most important first; only of a container or an overlay,
  ///     which have an order. Nil stands for all that there are.
  ///   - parallel: the loop that reads and decodes.
  /// - Returns: neurons in the order of the storage: of rank in a container, else of the checkpoint.
  /// - Throws: what reading the tensors throws.
  package func feedForward(
    layer: Int, neurons: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> FeedForwardWeights {
    let downBias = try vector(.downBias, layer: layer, parallel: parallel)
    guard case .container(let container) = checkpoint.storage else {
      let dense = FeedForwardWeights(
        activation: configuration.activation,
        gate: try matrix(.gate, layer: layer, parallel: parallel),
        up: try requiredMatrix(.up, layer: layer, parallel: parallel),
        down: .outputMajor(try requiredMatrix(.down, layer: layer, parallel: parallel)),
        gateBias: try vector(.gateBias, layer: layer, parallel: parallel),
        upBias: try vector(.upBias, layer: layer, parallel: parallel),
        downBias: downBias)
      guard case .overlay(let overlay, _) = checkpoint.storage else { return dense }
      do {
        let order = try overlay.permutation(layer: layer)
        let held = overlay.directory.widths[layer][overlay.expertsHeld - 1]
        return dense.ordered(by: order.prefix(min(neurons ?? held, held)))
      } catch {
        throw .container(error)
      }
    }
    let held = container.directory.widths[layer][container.expertsHeld - 1]
    let count = min(neurons ?? held, held)
    func part(_ part: FeedForwardPart) throws(ModelError) -> [Float]? {
      try stacked(part, layer: layer, neurons: count, container, parallel)
    }
    func rows(_ values: [Float]) -> Matrix {
      Matrix(rows: count, columns: configuration.hiddenSize, values: values)
    }
    guard let up = try part(.up) else { throw missing(.up, layer) }
    let down: Matrix
    if let values = try part(.down) {
      down = rows(values)
    } else {
      down = try wholeDown(container, layer: layer, neurons: count, parallel)
    }
    return FeedForwardWeights(
      activation: configuration.activation,
      gate: try part(.gate).map(rows), up: rows(up), down: .neuronMajor(down),
      gateBias: try part(.gateBias), upBias: try part(.upBias), downBias: downBias)
  }

  /// The rows of a down projection that is stored as the source has it, a neuron a column.
  private func wholeDown(
    _ container: DMOEReader, layer: Int, neurons: Int, _ parallel: Parallel
  ) throws(ModelError) -> Matrix {
    let columns = try requiredMatrix(.down, layer: layer, parallel: parallel)
    do {
      let order = try container.permutation(layer: layer)
      return columns.transposed().gatherRows(order.prefix(neurons))
    } catch {
      throw .container(error)
    }
  }

  /// The first `neurons` rows of a part, over as many rings as that takes.
  private func stacked(
    _ part: FeedForwardPart, layer: Int, neurons: Int, _ container: DMOEReader, _ parallel: Parallel
  ) throws(ModelError) -> [Float]? {
    var values: [Float] = []
    for ring in 0..<container.expertsHeld {
      let ranks = container.directory.ranks(ofRing: ring, layer: layer).clamped(to: 0..<neurons)
      guard !ranks.isEmpty else { break }
      guard let tensor = container.part(part, layer: layer, ring: ring) else { return nil }
      let rowElements = tensor.shape.dropFirst().reduce(1, *)
      do {
        values += try tensor.elementType.floats(
          count: ranks.count * rowElements, parallel: parallel
        ) { (range) throws(TensorError) in try container.read(tensor, range) }
      } catch {
        throw .tensor(error)
      }
    }
    return values
  }

  private func floats(
    _ role: TensorRole, layer: Int?, parallel: Parallel
  ) throws(ModelError) -> (tensor: TensorDescription, values: [Float])? {
    guard let name = tensorName(role, layer: layer).map({ TensorName($0) }),
      isPresent(role), let tensor = checkpoint.tensor(name)
    else { return nil }
    let values = try floats(of: tensor, rows: nil, parallel: parallel)
    return (tensor, inHalves(values, role))
  }

  /// The rows of query and key as the forward pass wants them.
  ///
  /// Of each head first come those of the one half, then those of the other; llama.cpp stores them
  /// in turn.
  private func inHalves(_ values: [Float], _ role: TensorRole) -> [Float] {
    let heads: Int
    switch role {
    case .query, .queryBias: heads = configuration.heads
    case .key, .keyBias: heads = configuration.keyValueHeads
    default: return values
    }
    guard checkpoint.naming == .gguf, family.gguf?.pairsNeighbours == true else { return values }
    let half = configuration.headDimension / 2
    let columns = values.count / (2 * half * heads)
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for head in 0..<heads {
      for part in 0..<2 {
        for index in 0..<half {
          let row = 2 * (head * half + index) + part
          result += values[row * columns..<(row + 1) * columns]
        }
      }
    }
    return result
  }

  /// The elements of a tensor that is stored whole, or of some of its rows.
  func floats(
    of tensor: TensorDescription, rows: Range<Int>?, parallel: Parallel
  ) throws(ModelError) -> [Float] {
    let source = checkpoint.source
    let rowBytes = rows == nil ? 0 : tensor.byteCount / tensor.shape[0]
    let start = (rows?.lowerBound ?? 0) * rowBytes
    let count = rows.map { $0.count * (tensor.elementCount / tensor.shape[0]) }
    do {
      var values = try tensor.elementType.floats(
        count: count ?? tensor.elementCount, parallel: parallel
      ) { (range) throws(TensorError) in
        try source.read(tensor.name, range.lowerBound + start..<range.upperBound + start)
      }
      if let type = roundedType(of: tensor) { type.round(&values, parallel: parallel) }
      return values
    } catch {
      throw .tensor(error)
    }
  }

  /// Biases that the configuration does not ask for are left alone, as Transformers does.
  private func isPresent(_ role: TensorRole) -> Bool {
    switch role {
    case .queryBias, .keyBias, .valueBias, .attentionOutputBias: configuration.attentionBias
    case .gateBias, .upBias, .downBias: configuration.feedForwardBias
    case .output: !configuration.tiedOutput
    default: true
    }
  }

  private func missing(_ role: TensorRole, _ layer: Int?) -> ModelError {
    .missingTensor(
      path: path, name: tensorName(role, layer: layer) ?? "\(role.rawValue)")
  }
}
