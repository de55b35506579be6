package import Architectures
package import Checkpoints
import DMOE
package import Kernels
import Tensors

extension Model {
  /// Reads the weights of a layer's feed-forward network.
  ///
  /// - Parameters:
  ///   - layer: number of the layer.
  ///   - neurons: number of neurons to read, the most important first; nil for all available.
  ///     Ignored for a dense checkpoint, which has no order.
  ///   - parallel: the loop that reads and decodes.
  /// - Returns: neurons by rank for a container or overlay, otherwise in checkpoint order.
  /// - Throws: ``ModelError`` if tensors cannot be read.
  package func feedForward(
    layer: Int, neurons: Int? = nil, parallel: Parallel
  ) throws(ModelError) -> FeedForwardWeights {
    try storedFeedForward(layer: layer, neurons: neurons, parallel).multiplying(in: precision)
  }

  private func storedFeedForward(
    layer: Int, neurons: Int?, _ parallel: Parallel
  ) throws(ModelError) -> FeedForwardWeights {
    switch checkpoint.storage {
    case .dense: return try denseFeedForward(layer: layer, parallel)
    case .overlay(let overlay, _):
      let dense = try denseFeedForward(layer: layer, parallel)
      do {
        let order = try overlay.permutation(layer: layer)
        let held = overlay.directory.widths[layer][overlay.expertsHeld - 1]
        return dense.reordered(by: Array(order.prefix(min(neurons ?? held, held))))
      } catch {
        throw .container(error)
      }
    case .container(let container):
      let held = container.directory.widths[layer][container.expertsHeld - 1]
      return try feedForward(
        of: container, layer: layer, neurons: min(neurons ?? held, held), parallel)
    }
  }

  private func denseFeedForward(
    layer: Int, _ parallel: Parallel
  ) throws(ModelError) -> FeedForwardWeights {
    let (gate, up) = try gateAndUp(layer: layer, parallel)
    guard let down = try storedMatrix(.down, layer: layer, parallel: parallel) else {
      throw missing(.down, layer)
    }
    return FeedForwardWeights(
      activation: configuration.activation, xielu: try xielu(layer: layer, parallel), gate: gate,
      up: up,
      down: layout.isTransposed ? .neuronMajor(down) : .outputMajor(down),
      gateBias: try vector(.gateBias, layer: layer, parallel: parallel),
      upBias: try vector(.upBias, layer: layer, parallel: parallel),
      downBias: try vector(.downBias, layer: layer, parallel: parallel))
  }

  /// The activation of a layer that has its own; nil for other models.
  private func xielu(layer: Int, _ parallel: Parallel) throws(ModelError) -> XIELU? {
    guard configuration.activation == .xielu else { return nil }
    func number(_ role: TensorRole) throws(ModelError) -> Float {
      try activationNumber(role, layer: layer, parallel: parallel)
    }
    return XIELU(
      positive: try number(.activationPositive), negative: try number(.activationNegative),
      linear: try number(.activationLinear), floor: try number(.activationFloor))
  }

  /// Number of a layer's learned activation, from the configuration or a tensor.
  package func activationNumber(
    _ role: TensorRole, layer: Int, parallel: Parallel
  ) throws(ModelError) -> Float {
    if let stated = configuration.learnedActivation?.number(role, layer: layer) { return stated }
    guard let number = try vector(role, layer: layer, parallel: parallel)?.first else {
      throw missing(role, layer)
    }
    return number
  }

  private func gateAndUp(
    layer: Int, _ parallel: Parallel
  ) throws(ModelError) -> (gate: Matrix?, up: Matrix) {
    guard let name = tensorName(.gateUp, layer: layer) else {
      return (
        try matrix(.gate, layer: layer, parallel: parallel),
        try requiredMatrix(.up, layer: layer, parallel: parallel)
      )
    }
    guard let tensor = checkpoint.tensor(TensorName(name)) else { throw missing(.gateUp, layer) }
    let neurons = configuration.neurons[layer]
    func rows(_ range: Range<Int>) throws(ModelError) -> Matrix {
      Matrix(
        rows: neurons, columns: configuration.hiddenSize,
        values: try floats(of: tensor, rows: range, parallel: parallel))
    }
    return (try rows(0..<neurons), try rows(neurons..<2 * neurons))
  }

  private func feedForward(
    of container: DMOEReader, layer: Int, neurons: Int, _ parallel: Parallel
  ) throws(ModelError) -> FeedForwardWeights {
    func part(_ part: FeedForwardPart) throws(ModelError) -> [Float]? {
      try stacked(part, layer: layer, neurons: neurons, container, parallel)
    }
    func rows(_ values: [Float]) -> Matrix {
      Matrix(rows: neurons, columns: configuration.hiddenSize, values: values)
    }
    guard let up = try part(.up) else { throw missing(.up, layer) }
    let down =
      if let values = try part(.down) { rows(values) } else {
        try wholeDown(container, layer: layer, neurons: neurons, parallel)
      }
    return FeedForwardWeights(
      activation: configuration.activation, xielu: try xielu(layer: layer, parallel),
      gate: try part(.gate).map(rows), up: rows(up), down: .neuronMajor(down),
      gateBias: try part(.gateBias), upBias: try part(.upBias),
      downBias: try vector(.downBias, layer: layer, parallel: parallel))
  }

  /// First rows by rank of a down projection that is stored as in the source, with one neuron per
  /// column.
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

  /// First `neurons` rows of a part, read from as many rings as needed.
  private func stacked(
    _ part: FeedForwardPart, layer: Int, neurons: Int, _ container: DMOEReader, _ parallel: Parallel
  ) throws(ModelError) -> [Float]? {
    do {
      guard let rings = try container.rings(of: part, layer: layer, neurons: neurons) else {
        return nil
      }
      var values: [Float] = []
      for ring in rings {
        let floats = try ring.floats(parallel: parallel)
        try checkFinite(floats, of: ring.description, parallel: parallel)
        values += floats
      }
      return values
    } catch {
      throw error as? ModelError ?? (error as? TensorError).map { .tensor($0) }
        ?? missing(.up, layer)
    }
  }
}
