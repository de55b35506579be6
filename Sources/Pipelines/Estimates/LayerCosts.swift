import Architectures
import Calibration
import Checkpoints
import DMOE
import Experts
import Kernels
import Running

/// Estimated operations and bytes of a layer.
struct LayerCosts: Sendable {
  /// Bytes of the program itself and of its read buffers.
  static let program = 64 << 20
  /// Bytes per thread for reading, ordering, coding and writing a tensor.
  static let writingBytes = 192 << 20
  /// Overhead factor for everything but matrix products.
  private static let overhead = 1.25
  /// Slowdown factor of operations bound by double precision or memory.
  private static let slow = 4.0

  /// Operations per second.
  let speed: Double
  /// Operations per position.
  let attention: Double
  let feedForward: Double
  let output: Double

  private let fitting: ExpertFitting
  private let context: Int
  private let threads: Int
  private let hidden: Int
  /// Of the widest layer.
  private let neurons: Int
  private let partial: Int

  init(_ fitting: ExpertFitting, parallel: Parallel) {
    let configuration = fitting.model.configuration
    self.fitting = fitting
    context = fitting.tokens?.context ?? 0
    threads = parallel.threads
    hidden = configuration.hiddenSize
    neurons = configuration.neurons.widest
    partial = fitting.widths.experts - 1
    speed =
      Matrix.operationsPerSecond(in: fitting.model.precision) * Double(parallel.threads)
      / Self.overhead
    let heads = (configuration.heads + configuration.keyValueHeads) * configuration.headDimension
    let scores = 2 * configuration.heads * configuration.headDimension * context
    attention = 2 * Double(2 * hidden * heads + scores)
    feedForward =
      2 * Double(fitting.model.family.feedForwardMatrices * hidden) * configuration.neurons.mean
    output = 2 * Double(hidden * configuration.vocabularySize)
  }

  private var square: Double { Double(hidden) * Double(hidden) }

  /// Operations of ranking a layer's neurons jointly.
  func ranking(tokens: Int) -> Double {
    guard RankingSweep.usesGramMatrix(neurons: neurons, tokens: tokens) else { return 0 }
    let pairs = Double(neurons) * Double(neurons)
    // The Gram matrix, the dot products of down columns, and the elimination on one thread.
    return pairs * (Double(tokens) + Double(hidden)) + pairs * 2 * Double(threads) * 100
  }

  func rankingBytes(tokens: Int) -> Int {
    guard RankingSweep.usesGramMatrix(neurons: neurons, tokens: tokens) else {
      return reordered
    }
    let rows = min(tokens, 4096) * neurons * 4
    return max(neurons * neurons * 8 + max(2 * rows, hidden * neurons * 4), reordered)
  }

  /// Bytes of reordered weights and of a transposed down projection.
  var reordered: Int { (fitting.model.family.feedForwardMatrices + 1) * hidden * neurons * 4 }

  /// Operations of fitting compensation and a router.
  func fitting(tokens: Int) -> Double {
    let width = Double(fitting.recipe.routerWidth(hiddenSize: hidden))
    // Ten epochs, forward and backward, on one thread.
    let router =
      fitting.router == .mlp
      ? 60 * Double(tokens) * Double(hidden) * width * Double(threads)
      : Double(tokens) * square
    guard let rank = fitting.compensationRank else { return router }
    let sums = 3 * Double(tokens) * square
    let solving = Self.slow * square * (Double(hidden) / 3 + 80 * Double(rank + 16))
    let maps = (fitting.skips ? 2 : 1) * partial
    return router + Double(maps) * (sums + solving)
  }

  func fittingBytes(tokens: Int) -> Int {
    let features = 2 * tokens * (hidden + 1) * 4
    guard fitting.compensationRank != nil else { return reordered + features }
    let sums = 2 * (partial + 2 * threads) * hidden * hidden * 8
    let missing = 2048 * (partial + 3) * hidden * 4
    return reordered + max(sums + missing, features)
  }

  /// Operations of refitting all partial experts in a layer, and of running texts through them.
  func refitting(tokens: Int, texts: Int) -> Double {
    let experts = Double(partial)
    let (width, hidden) = (Double(neurons) / 2, Double(hidden))
    let sums = width * width + 2 * width * hidden
    let solving = Self.slow * width * width * (width / 3 + 2 * hidden) * Double(threads)
    return Double(tokens) * (attention + feedForward)
      + experts * Double(tokens + texts) * (attention + feedForward / 2)
      + experts * (Double(tokens) * (feedForward / 2 + sums) + solving)
  }

  func refittingBytes(tokens: Int) -> Int {
    reordered + neurons * (neurons + 2 * hidden) * 8 + (tokens + 2048 * 4) * hidden * 4
  }

  /// Bytes of the output projection and of logits.
  var outputBytes: Int {
    let vocabulary = fitting.model.configuration.vocabularySize
    return 4 * vocabulary * (hidden + 3 * threads * context)
  }

  /// Bytes of a sweep in memory and on disk.
  func memory(
    positions: Int, isTwofold: Bool, beside: Int, limit: Int, isResumable: Bool
  ) -> (total: Int, scratch: Int) {
    let isParallel = fitting.model.configuration.isParallel
    let areas = (isTwofold ? (isParallel ? 3 : 2) : 1) + (isResumable ? 1 : 0)
    let needs = SweepMemory(
      fitting.model, positions: positions, context: context, areas: areas, threads: threads)
    let fixed = Self.program + needs.fixed + beside
    let isOnDisk = isResumable || needs.total > max(limit - beside, 0)
    return isOnDisk ? (fixed, needs.states) : (fixed + needs.states, 0)
  }
}
