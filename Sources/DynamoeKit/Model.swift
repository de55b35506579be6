import Architectures
import ByteIO
import Checkpoints
import DMOE
import Evaluation
import Kernels
import Work

/// A checkpoint of a known family that can be run: dense, or converted into nested experts.
///
/// Routers and compensation are held in memory, all other weights are read anew in every run, a layer
/// at a time. Work is done by threads of its own while the caller waits; the same input gives the same
/// numbers, whatever their count.
public struct Model: Sendable {
  /// What was opened.
  public let checkpoint: Checkpoint
  /// For each layer how many neurons each expert has that the file holds, the smallest first.
  ///
  /// Empty for a dense checkpoint; the last is ``intermediateSize`` unless the file was cut.
  public let widths: [[Int]]

  let evaluator: Evaluator

  /// Holds a checkpoint against its configuration.
  ///
  /// - Parameters:
  ///   - checkpoint: with its weights; the configuration lies beside them, or in the file.
  ///   - threads: how many compute; nil for one a processor.
  ///   - memory: how many bytes the work may take; hidden states beyond it go to a scratch file in
  ///     `TMPDIR`. Nil for half of the machine's memory.
  /// - Throws: ``DynamoeError/Category/data`` for a family that is not known, tensors that are not
  ///   what the configuration says, and routers that are not sound;
  ///   ``DynamoeError/Category/usage`` for an overlay without its base, and threads outside 1…1024.
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
        model: model, parallel: Parallel(threads: threads), progress: .ignored,
        workspace: workspace)
    }
    let container = checkpoint.opened.container
    widths =
      container.map { reader in
        reader.directory.widths.map { Array($0.prefix(reader.expertsHeld)) }
      } ?? []
  }

  /// The family by its name in `docs/families.md`, as `llama`.
  public var family: String { evaluator.model.family.name }
  /// How many decoder layers there are.
  public var layers: Int { evaluator.model.configuration.layers }
  /// D, the width of the residual stream.
  public var hiddenSize: Int { evaluator.model.configuration.hiddenSize }
  /// H, the neurons of a feed-forward layer.
  public var intermediateSize: Int { evaluator.model.configuration.intermediateSize }
  /// How many tokens there are, and logits for each position.
  public var vocabularySize: Int { evaluator.model.configuration.vocabularySize }
  /// The longest window that the model was made for, in positions.
  public var contextLength: Int { evaluator.model.configuration.contextLength }

  /// The variants without a knob that the file holds: dense, and every expert.
  public var variants: [Variant] {
    evaluator.variants.map { variant in
      if case .expert(let expert) = variant { .expert(expert) } else { .dense }
    }
  }

  /// The least share of the dense cost that a budget can reach; nil where there are no budgets.
  public var smallestBudget: Double? { evaluator.smallestBudget }

  /// Whether thresholds of similarity can be given.
  public var hasThresholds: Bool { evaluator.canRun(.choosing(.routed, .threshold(0))) }

  /// The dense indices of a layer's neurons, the most important first: the first ``widths`` of them
  /// are an expert.
  ///
  /// - Parameter layer: below ``layers``.
  /// - Returns: ``intermediateSize`` indices.
  /// - Throws: ``DynamoeError/Category/usage`` for a dense checkpoint and a layer that is not there,
  ///   ``DynamoeError/Category/data`` where the file is damaged.
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
