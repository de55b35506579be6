import Architectures
package import Checkpoints
import Containers
package import DMOE
import Kernels
package import Tensors

/// Contents of a folder for Transformers: one expert of a container as a plain model, or all experts
/// with routers, compensation and permutations.
package struct FolderContents: Sendable {
  package let checkpoint: Checkpoint
  package let weights: ExpertTensors
  /// The tensors of the folder, in order.
  package let source: any TensorSource
  /// Nil for all experts.
  let expert: Int?
  /// Description of a folder of all experts; nil for one.
  package let routed: RoutedConfiguration?
  /// Number of elements of all tensors but permutations and the scales and costs of skipping, which
  /// are no parameters.
  let parameterCount: Int

  /// - Parameters:
  ///   - checkpoint: a container, on its base if it is an overlay.
  ///   - expert: index of an expert in the container; nil for all.
  /// - Throws: ``FormError`` if no folder can hold the expert; an error if its weights are missing.
  package init(_ checkpoint: Checkpoint, expert: Int?) throws {
    guard let container = checkpoint.container else {
      throw ContainerError.notContainer(path: checkpoint.path)
    }
    let directory = container.directory
    let weights = try checkpoint.expert(expert ?? directory.experts - 1, isRanked: expert == nil)
    guard directory.sourceFormat == .safetensors else {
      throw FormError.otherNames(path: checkpoint.path)
    }
    if let recoded = directory.sourceTensors.first(where: { !$0.isExact }) {
      throw FormError.recoded(
        path: checkpoint.path, tensor: recoded.description.name.text)
    }
    let routed = expert == nil ? try RoutedConfiguration(checkpoint, container) : nil
    let added = try routed.map { try Self.added($0, container) } ?? []
    self.checkpoint = checkpoint
    self.weights = weights
    self.expert = expert
    self.routed = routed
    source =
      added.isEmpty ? weights : OverlaidTensors(weights, with: StoredTensors(container, added))
    let others = added.reduce(0) { count, item in
      switch item.stored.kind {
      case .permutation, .skipping("scale", _), .skipping("cost", _):
        count + item.description.elementCount
      default: count
      }
    }
    parameterCount = source.elementCount - others
  }

  /// Tensors that a routed folder adds to the source's: as stored, and as described in the folder.
  private static func added(
    _ form: RoutedConfiguration, _ container: DMOEReader
  ) throws -> [(stored: StoredTensor, description: TensorDescription)] {
    let directory = container.directory
    return try directory.widths.indices.flatMap { layer in
      let down = directory.sourceTensors.first {
        $0.cut?.layer == layer && $0.cut?.parts.contains(.down) == true
      }
      let place = RoutedConfiguration.place(beside: down?.description.name.text ?? "")
      return try form.tensors(layer: layer, hiddenSize: directory.model.hiddenSize).map { tensor in
        let stored =
          tensor.ring.map { container.ring(tensor.kind, ring: $0) }
          ?? container.shared(tensor.kind)
        guard let stored,
          let description = TensorDescription(
            name: TensorName(place + tensor.name),
            elementType: tensor.elementType, shape: tensor.shape)
        else { throw TensorError.missing(name: "\(tensor.name) of layer \(layer)") }
        return (stored, description)
      }
    }
  }

  package var container: DMOEReader { weights.container }
  /// Number of neurons of each layer.
  package var widths: [Int] { weights.widths }
  /// Number of neurons of all layers; nil if they differ.
  var width: Int? { weights.hasEqualWidths ? widths.first : nil }
  /// Whether the configuration is DeciLM's, by the family or because widths differ.
  var isDeciLM: Bool {
    let name = container.directory.model.family
    switch Family.known.first(where: { $0.name == name })?.layerWidths ?? .single {
    case .blocks: return true
    case .single: return width == nil && !isDense
    case .list, .factors, .doubled: return false
    }
  }
  /// Whether the tensors are the source's, bit for bit.
  package var isDense: Bool { weights.isDense }
}
