import Architectures
import Checkpoints
import DMOE
import Experts
import Kernels
import Tensors

/// Estimated size of a container, from shapes and a sample of blocks.
package struct OutputEstimate: Sendable {
  package let weights: Int
  package let routers: Int
  package let compensation: Int
  /// Directory, order of neurons, configuration and tokenizer.
  package let rest: Int

  package var bytes: Int { weights + routers + compensation + rest }

  /// Bytes on disk while it is written, before gaps are closed.
  package let written: Int

  /// - Parameters:
  ///   - model: the dense model; some of its blocks are coded as a sample.
  ///   - experts: number of experts.
  ///   - router: nil for no routers.
  ///   - routerWidth: hidden width of an `mlp` router.
  ///   - compensationRank: nil for no compensation.
  ///   - skips: whether experts skip neurons.
  ///   - compression: whether blocks are coded.
  ///   - isOverlay: whether weights stay in the dense checkpoint.
  /// - Throws: errors of reading.
  init(
    _ model: Model, experts: Int, router: RouterKind?, routerWidth: Int, compensationRank: Int?,
    skips: Bool, compression: DMOECompression, isOverlay: Bool
  ) throws {
    let configuration = model.configuration
    let (hidden, layers) = (configuration.hiddenSize, configuration.layers)
    let partial = experts - 1
    let isCoded = compression == .lossless
    func coded(_ bytes: Int, _ share: Double) -> Int {
      isCoded ? Int(Double(bytes) * share) : bytes
    }
    let outputs =
      switch router {
      case nil: 0
      case .linear: partial * (hidden + 2)
      case .mlp: routerWidth * (hidden + 2) + partial * (routerWidth + 1)
      }
    routers = coded(4 * layers * outputs, Self.float32Share)
    let rank = compensationRank ?? 0
    // Experts that skip neurons have maps of their own.
    let maps = rank == 0 ? 0 : (skips ? 2 : 1) * partial
    let skipping =
      skips ? 4 * configuration.neurons.total + 8 * layers * experts * RoutingDescription.prices : 0
    compensation =
      layers * maps
      * (coded(4 * rank * hidden, Self.brainFloatShare) + coded(4 * hidden, Self.float32Share))
      + coded(skipping, Self.float32Share)
    let cut = layers * model.family.feedForwardMatrices * (isOverlay ? 0 : experts)
    let kept = model.checkpoint.tensors.count
    let small = layers * (1 + (router == nil ? 0 : 4) + 3 * maps + (skips ? 2 * experts : 0))
    let order = coded(4 * configuration.neurons.total, 0.4)
    var files = 0
    for name in model.checkpoint.companions where !isOverlay {
      files += coded(try model.checkpoint.companion(name)?.count ?? 0, 0.2)
    }
    rest = order + files + Self.recordBytes * (cut + kept + small)
    let share = isCoded && !isOverlay ? try Self.share(of: model.checkpoint) : 1
    let dense = model.checkpoint.tensors.reduce(0) { $0 + $1.byteCount }
    weights = isOverlay ? 0 : Int(Double(dense) * share)
    written = (isOverlay ? 0 : dense) + routers + compensation + rest
  }

  /// Coded shares of normally distributed values.
  private static let brainFloatShare = 0.67
  private static let float32Share = 0.84
  /// Bytes of a tensor's record in the directory and of its padding.
  private static let recordBytes = 190
  private static let sampleCount = 16

  /// Coded share of sampled blocks, from the middle of tensors, mostly of larger ones.
  private static func share(of checkpoint: Checkpoint) throws -> Double {
    let total = checkpoint.tensors.reduce(0) { $0 + $1.byteCount }
    let step = max(total / sampleCount, 1)
    var (plain, stored, position, next) = (0, 0, 0, step / 2)
    for tensor in checkpoint.tensors where tensor.byteCount > 0 {
      position += tensor.byteCount
      guard position > next else { continue }
      next = position + step / 2
      let size = min(DMOEContents.blockBytes, tensor.byteCount)
      let start = (tensor.byteCount - size) / 2 / 64 * 64
      let bytes = try checkpoint.source.read(tensor.name, start..<start + size)
      plain += size
      stored += BlockCoding.encode(bytes, tensor.elementType)?.count ?? size
    }
    return plain == 0 ? 1 : Double(stored) / Double(plain)
  }
}
