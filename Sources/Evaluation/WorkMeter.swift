import Architectures
import ByteIO
import Checkpoints
import Experts
import Kernels
import Running
import Work

/// Adds up over layers what a stream uses and how long it takes.
struct WorkMeter: Sendable {
  private(set) var cost = 0.0
  private var neuronFraction = 0.0
  private var compensated = 0
  private var seconds = 0.0
  private var positions = 0
  private var singleSeconds = 0.0
  private var layers = 0

  mutating func add(_ uses: [VariantStreams.Use], neurons: Int) {
    for use in uses {
      cost += use.cost
      neuronFraction += Double(use.neurons) / Double(neurons)
      compensated += use.compensated
      seconds += use.seconds
      positions += use.positions
    }
    layers += 1
  }

  /// Adds what one position took in a layer, alone.
  mutating func addSingle(seconds: Double) { singleSeconds += seconds }

  /// - Parameters:
  ///   - model: what was run.
  ///   - routing: nil where routers were not asked.
  ///   - compensationRank: nil where there is no compensation.
  ///   - tokensPerSecond: of all layers.
  ///   - isMeasured: whether times mean anything.
  /// - Returns: means over tokens and layers.
  func work(
    of model: Model, routing: Routing?, compensationRank: Int?, tokensPerSecond: Double,
    isMeasured: Bool
  ) -> Work {
    let count = Double(max(positions, 1))
    let active = cost / count
    let fraction = routing?.fraction(of: model) ?? 0
    let (shared, feedForward) = model.reads
    let routerParameters = Double(routing?.parameterCount ?? 0)
    let hiddenSize = model.configuration.hiddenSize
    // Weights of compensation are stored in two bytes, its bias and routers in four.
    let compensationBytes = (4 * (compensationRank ?? 0) + 4) * hiddenSize
    let tokens = count / Double(max(layers, 1))
    return Work(
      activeFFNFraction: active, routerFraction: fraction,
      parametersPerToken: Double(shared.parameters) + active * Double(feedForward.parameters)
        + routerParameters,
      bytesPerToken: Double(shared.bytes) + neuronFraction / count * Double(feedForward.bytes)
        + Double(compensated * compensationBytes) / tokens + 4 * routerParameters,
      tokensPerSecond: isMeasured ? tokensPerSecond : nil,
      feedForwardTokensPerSecond: isMeasured ? tokens / seconds : nil,
      singleFeedForwardTokensPerSecond: isMeasured && singleSeconds > 0 ? 1 / singleSeconds : nil)
  }
}

extension WorkMeter: Recordable {
  func record(to writer: inout RecordWriter) {
    writer.put([cost, neuronFraction, seconds, singleSeconds])
    writer.put([compensated, positions, layers])
  }

  init(from reader: inout RecordReader) {
    let sums: [Double] = reader.take()
    let counts: [Int] = reader.take()
    guard sums.count == 4, counts.count == 3 else {
      reader.refuse()
      return
    }
    (cost, neuronFraction, seconds, singleSeconds) = (sums[0], sums[1], sums[2], sums[3])
    (compensated, positions, layers) = (counts[0], counts[1], counts[2])
  }
}
