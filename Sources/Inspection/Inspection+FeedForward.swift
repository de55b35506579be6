import Architectures
import Checkpoints
import GGUF
import JSON
import Kernels
import Tensors

extension Inspection {
  /// Known properties of the feed-forward layers.
  package struct FeedForward: Sendable, Equatable {
    package let layers: Int
    package let hiddenSize: Int
    /// Width of each layer.
    package let intermediateSizes: [Int]
    /// Nil if no configuration names it.
    package let activation: String?
    package let gated: Bool

    init(hiddenSize: Int, intermediateSizes: [Int], activation: String?, gated: Bool) {
      layers = intermediateSizes.count
      self.hiddenSize = hiddenSize
      self.intermediateSizes = intermediateSizes
      self.activation = activation
      self.gated = gated
    }

    /// Width of all layers; nil if they differ.
    package var intermediateSize: Int? {
      intermediateSizes.allSatisfy { $0 == intermediateSizes.first }
        ? intermediateSizes.first : nil
    }
  }

  /// The feed-forward layers of the language model, by the configuration of a model that can be
  /// run, and otherwise by names and shapes.
  static func feedForward(
    of checkpoint: Checkpoint, _ document: JSONValue?
  ) throws -> (layers: FeedForward?, problems: [ModelError], notes: [String]) {
    var problems: [ModelError] = []
    let text = LanguageConfiguration(document)
    let stacks = FeedForwardShapes.stacks(in: checkpoint)
    let language = text?.note.map { [$0] } ?? []
    let others = stacks.dropFirst().prefix(8).map {
      "also has feed-forward layers at \($0.module): \($0.widths.count), "
        + "\($0.hiddenSize) → \(widths($0.widths)) → \($0.hiddenSize)"
    }
    if try checkpoint.isDescribed {
      do {
        let model = try Model(checkpoint)
        let configuration = model.configuration
        return (
          FeedForward(
            hiddenSize: configuration.hiddenSize,
            intermediateSizes: configuration.neurons.layers,
            activation: configuration.activation.rawValue, gated: model.family.gated), [],
          model.family.wrapper == nil ? [] : language + others
        )
      } catch {
        problems = [error]
      }
    }
    let activation = try activation(of: checkpoint, text)
    guard let first = stacks.first else {
      return (packed(checkpoint, text, activation), problems, language)
    }
    let layers = FeedForward(
      hiddenSize: first.hiddenSize, intermediateSizes: first.widths, activation: activation,
      gated: first.gated)
    return (layers, problems, language + others)
  }

  /// Widths in words: one number if they are equal, otherwise runs of equal ones.
  package static func widths(_ widths: [Int]) -> String {
    var runs: [(width: Int, count: Int)] = []
    for width in widths {
      if runs.last?.width == width {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((width, 1))
      }
    }
    guard runs.count > 1 else { return widths.first.map(String.init) ?? "none" }
    let limit = 12
    return runs.prefix(limit).map { $0.count == 1 ? "\($0.width)" : "\($0.width) × \($0.count)" }
      .joined(separator: ", ") + (runs.count > limit ? ", …" : "")
  }

  /// Layers whose matrices are packed, so that only the configuration tells their sizes.
  private static func packed(
    _ checkpoint: Checkpoint, _ text: LanguageConfiguration?, _ activation: String?
  ) -> FeedForward? {
    guard let text, let found = PackedFeedForward(checkpoint),
      let hiddenSize = text.object["hidden_size"]?.int,
      let width = text.object["intermediate_size"]?.int, hiddenSize > 0, width > 0
    else { return nil }
    return FeedForward(
      hiddenSize: hiddenSize,
      intermediateSizes: [Int](repeating: width, count: found.layers), activation: activation,
      gated: found.gated)
  }

  private static func activation(
    of checkpoint: Checkpoint, _ text: LanguageConfiguration?
  ) throws -> String? {
    if let metadata = try checkpoint.metadata() {
      let architecture = try metadata.stringIfPresent("general.architecture")
      return Family.known.first { $0.gguf?.architecture == architecture }?
        .gguf?.activation.rawValue
    }
    return text?.activation
  }
}
