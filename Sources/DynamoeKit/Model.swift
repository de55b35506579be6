import Architectures
import ByteIO
import Checkpoints
import DMOE
import Evaluation
import Kernels
import Work

/// A runnable checkpoint of a known family: dense, or converted into nested experts.
///
/// Routers and compensation are held in memory; all other weights are read again in every run, one
/// layer at a time. Calls block while threads of the model compute; results do not depend on the
/// number of threads.
public struct Model: Sendable {
  /// The checkpoint the weights are read from.
  public let checkpoint: Checkpoint
  /// Number of neurons of each expert that the file holds, per layer, smallest first.
  ///
  /// Empty for a dense checkpoint. The last width is the layer's in
  /// ``intermediateSizes`` unless the file was cut.
  public let widths: [[Int]]

  let evaluator: Evaluator

  /// Checks a checkpoint against its configuration.
  ///
  /// - Parameters:
  ///   - checkpoint: a checkpoint whose configuration is beside its weights or inside its file.
  ///   - threads: number of compute threads; nil for one per processor.
  ///   - memory: limit in bytes; hidden states beyond it go to a scratch file in `TMPDIR`. Nil for
  ///     half of the machine's memory.
  /// - Throws: ``DynamoeError/Category/data`` for an unknown family, tensors that do not match the
  ///   configuration, and malformed routers; ``DynamoeError/Category/usage`` for an overlay without
  ///   its base, and a thread count outside 1…1024.
  public init(
    _ checkpoint: Checkpoint, threads: Int? = nil, memory: Int? = nil
  ) throws(DynamoeError) {
    let threads = threads ?? Processors.available
    guard (1...1024).contains(threads) else {
      throw DynamoeError(.usage, "threads \(threads): expected a number from 1 to 1024")
    }
    let workspace = Workspace(
      memory: memory ?? Processors.memory / 2, folder: Folder.temporary)
    self.checkpoint = checkpoint
    evaluator = try DynamoeError.wrapping { () throws(EvaluationError) in
      let model: Checkpoints.Model
      do throws(ModelError) {
        model = try Checkpoints.Model(checkpoint.opened)
      } catch {
        throw .model(error)
      }
      return try Evaluator(
        model, Context(Parallel(threads: threads), workspace: workspace))
    }
    let container = checkpoint.opened.container
    widths =
      container.map { reader in
        reader.directory.widths.map { Array($0.prefix(reader.expertsHeld)) }
      } ?? []
  }

  /// Name of the family as in `docs/families.md`, for example `llama`.
  public var family: String { evaluator.model.family.name }
  /// Number of decoder layers.
  public var layers: Int { evaluator.model.configuration.layers }
  /// D, the width of the residual stream.
  public var hiddenSize: Int { evaluator.model.configuration.hiddenSize }
  /// H, the number of neurons of a feed-forward layer; of the widest if they differ.
  public var intermediateSize: Int { evaluator.model.configuration.neurons.widest }
  /// H of each layer.
  public var intermediateSizes: [Int] { evaluator.model.configuration.neurons.layers }
  /// Number of tokens in the vocabulary, and of logits per position.
  public var vocabularySize: Int { evaluator.model.configuration.vocabularySize }
  /// Longest window that the model supports, in positions.
  public var contextLength: Int { evaluator.model.configuration.contextLength }

  /// Variants without a knob that the file supports: dense, and every expert.
  public var variants: [Variant] {
    evaluator.variants.map { variant in
      if case .expert(let expert) = variant { .expert(expert) } else { .dense }
    }
  }

  /// Smallest budget that the routers can reach, as a fraction of the dense cost; nil without
  /// budgets.
  public var smallestBudget: Double? { evaluator.smallestBudget }

  /// Whether the file supports similarity thresholds.
  public var hasThresholds: Bool { evaluator.canRun(.choosing(.routed, .threshold(0))) }

  /// Indices of a layer's neurons in the dense model, most important first.
  ///
  /// The first ``widths`` of them form an expert.
  ///
  /// - Parameter layer: index below ``layers``.
  /// - Returns: as many indices as the layer has neurons.
  /// - Throws: ``DynamoeError/Category/usage`` for a dense checkpoint or a layer out of range;
  ///   ``DynamoeError/Category/data`` if the file is damaged.
  public func neuronOrder(ofLayer layer: Int) throws(DynamoeError) -> [Int] {
    guard let container = checkpoint.opened.container else {
      throw DynamoeError(.usage, "\(checkpoint.path): a dense checkpoint has no experts")
    }
    guard (0..<layers).contains(layer) else {
      throw DynamoeError(.usage, "layer \(layer): expected one below \(layers)")
    }
    return try DynamoeError.wrapping { () throws(DMOEError) in
      try container.permutation(layer: layer)
    }
  }
}
