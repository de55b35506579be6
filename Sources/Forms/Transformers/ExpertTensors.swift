import Architectures
package import Checkpoints
import Containers
import DMOE
import Kernels
package import Tensors

/// The tensors of a folder for Transformers: one expert of a container as a plain model, or all of
/// them with what chooses among them.
///
/// Neurons stand in the order of importance, but those of the full expert alone as the source has
/// them, so that it is the source.
package struct ExpertTensors: Sendable {
  private let weights: ExpertWeights
  /// Nil for all experts.
  let expert: Int?
  /// What a folder of all experts is; nil for one.
  package let routed: RoutedForm?
  /// Those of the source, with fewer neurons; behind them those that only a folder of all experts has.
  package let descriptions: [TensorDescription]
  private let added: [StoredTensor]

  /// - Parameters:
  ///   - checkpoint: a container, on its base if it is an overlay.
  ///   - expert: which of those that it holds; nil for all.
  /// - Throws: where the expert is of a form that no folder has, or its weights are not here.
  package init(_ checkpoint: Checkpoint, expert: Int?) throws {
    guard let container = checkpoint.container else {
      throw ContainerError.notContainer(path: checkpoint.path)
    }
    let directory = container.directory
    let weights = try ExpertWeights(
      checkpoint, expert: expert ?? directory.experts - 1, isRanked: expert == nil)
    guard directory.sourceFormat == .safetensors else {
      throw FormError.otherNames(path: checkpoint.path)
    }
    if let recoded = directory.sourceTensors.first(where: { !$0.isExact }) {
      throw FormError.recoded(
        path: checkpoint.path, tensor: recoded.description.name.text)
    }
    let routed = expert == nil ? try RoutedForm(checkpoint, container) : nil
    let added = try routed.map { try Self.added($0, container) } ?? []
    self.weights = weights
    self.expert = expert
    self.routed = routed
    self.added = added.map(\.stored)
    let taken = directory.sourceTensors.map { source in
      // No larger than what is there, and of a type whose blocks run along rows that stay.
      TensorDescription(
        name: source.description.name, elementType: source.description.elementType,
        shape: weights.shape(of: source)) ?? source.description
    }
    descriptions = taken + added.map(\.description)
  }

  /// What a routed folder has beside the tensors of the source: where it is stored, with the name
  /// that it gets below the module that it belongs to.
  private static func added(
    _ form: RoutedForm, _ container: DMOEReader
  ) throws -> [(stored: StoredTensor, description: TensorDescription)] {
    let directory = container.directory
    return try directory.widths.indices.flatMap { layer in
      let down = directory.sourceTensors.first {
        $0.cut?.layer == layer && $0.cut?.parts.contains(.down) == true
      }
      let place = RoutedForm.place(beside: down?.description.name.text ?? "")
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

  /// The elements of all tensors but permutations, which are no parameters.
  var parameterCount: Int {
    let permutations = added.reduce(0) { count, tensor in
      if case .permutation = tensor.kind { count + tensor.shape.reduce(1, *) } else { count }
    }
    return descriptions.reduce(0) { $0 + $1.elementCount } - permutations
  }

  package var checkpoint: Checkpoint { weights.checkpoint }
  var container: DMOEReader { weights.container }
  /// How many neurons each layer has.
  package var widths: [Int] { weights.widths }
  /// How many neurons all layers have; nil where they differ.
  var width: Int? { widths.allSatisfy { $0 == widths.first } ? widths.first : nil }
  /// Whether it is the source as it was.
  package var isDense: Bool { weights.isDense }

  /// Gives the bytes of a tensor in order: what is cut at once, all else in pieces.
  package func forEachPiece(
    of index: Int, _ body: (_ offset: Int, [UInt8]) throws -> Void
  ) throws {
    let sources = container.directory.sourceTensors
    guard index < sources.count else {
      return try body(0, container.read(added[index - sources.count]))
    }
    let source = sources[index]
    if let cut = source.cut, !(isDense && weights.isWhole(source)) {
      return try body(0, weights.bytes(of: source, cut))
    }
    let tensor = source.description
    let size = 4 * container.directory.blockBytes
    for start in stride(from: 0, to: tensor.byteCount, by: size) {
      let end = min(start + size, tensor.byteCount)
      try body(start, checkpoint.source.read(tensor.name, start..<end))
    }
  }
}
