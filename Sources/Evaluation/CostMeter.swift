import Architectures
import ByteIO
import Checkpoints
import Experts
import Kernels
import Running
import Work

/// Sums the work and time of a stream over layers.
struct CostMeter: Sendable {
  private(set) var cost = 0.0
  private var windowCost = 0.0
  /// Cost of all neurons, one for each position if layers have one width.
  private var fullCost = 0.0
  private var neuronFraction = 0.0
  private var compensated = 0
  private var seconds = 0.0
  private var positions = 0
  private var singleSeconds = 0.0
  private var layers = 0

  /// Adds the uses of a layer by all windows.
  mutating func add(_ uses: [VariantStreams.Use], layer: Int, of neurons: NeuronCounts) {
    let share = Double(neurons[layer]) / neurons.mean
    for use in uses {
      cost += use.cost
      windowCost += use.windowCost
      fullCost += share * Double(use.positions)
      neuronFraction += use.neurons / neurons.mean
      compensated += use.compensated
      seconds += use.seconds
      positions += use.positions
    }
    layers += 1
  }

  /// Adds the time of a layer for one position alone.
  mutating func addSingle(seconds: Double) { singleSeconds += seconds }

  /// - Parameters:
  ///   - model: the model that was run.
  ///   - routing: nil if routers were not used.
  ///   - compensationRank: nil if there is no compensation.
  ///   - tokensPerSecond: the speed through all layers.
  ///   - isMeasured: whether the times mean anything.
  /// - Returns: means over tokens and layers.
  func work(
    of model: Model, routing: Routing?, compensationRank: Int?, tokensPerSecond: Double,
    isMeasured: Bool
  ) -> TokenCost {
    let count = Double(max(positions, 1))
    let full = fullCost > 0 ? fullCost : 1
    let active = cost / full
    let fraction = routing?.fraction(of: model) ?? 0
    let (shared, feedForward) = model.reads
    let routerParameters = Double(routing?.parameterCount ?? 0)
    let hiddenSize = model.configuration.hiddenSize
    // Compensation weights take two bytes each, its bias and the routers four.
    let compensationBytes = (4 * (compensationRank ?? 0) + 4) * hiddenSize
    let tokens = count / Double(max(layers, 1))
    return TokenCost(
      activeFFNFraction: active, windowFFNFraction: windowCost / full, routerFraction: fraction,
      parametersPerToken: Double(shared.parameters) + active * Double(feedForward.parameters)
        + routerParameters,
      bytesPerToken: Double(shared.bytes) + neuronFraction / full * Double(feedForward.bytes)
        + Double(compensated * compensationBytes) / tokens + 4 * routerParameters,
      tokensPerSecond: isMeasured ? tokensPerSecond : nil,
      feedForwardTokensPerSecond: isMeasured ? tokens / seconds : nil,
      singleFeedForwardTokensPerSecond: isMeasured && singleSeconds > 0 ? 1 / singleSeconds : nil)
  }
}

extension CostMeter: Recordable {
  func record(to writer: inout RecordWriter) {
    writer.put([cost, windowCost, fullCost, neuronFraction, seconds, singleSeconds])
    writer.put([compensated, positions, layers])
  }

  init(from reader: inout RecordReader) {
    let sums: [Double] = reader.take()
    let counts: [Int] = reader.take()
    guard sums.count == 6, counts.count == 3 else {
      reader.refuse()
      return
    }
    (cost, windowCost, fullCost) = (sums[0], sums[1], sums[2])
    (neuronFraction, seconds, singleSeconds) = (sums[3], sums[4], sums[5])
    (compensated, positions, layers) = (counts[0], counts[1], counts[2])
  }
}
