import DMOE
import Kernels
package import Models
package import Tensors

/// The tensors of the plain model that one expert of a container is.
///
/// The neurons of a smaller expert stand in the order of importance, those of the full one as the
/// source has them, so that it is the source.
package struct ExpertTensors: Sendable {
  let checkpoint: Checkpoint
  let container: DMOEReader
  let expert: Int
  /// How many neurons every layer has.
  let width: Int
  /// Those of the source, with fewer neurons.
  package let descriptions: [TensorDescription]

  /// - Throws: where the expert is of a form that no plain model has, or its weights are not here.
  package init(_ checkpoint: Checkpoint, expert: Int) throws {
    guard let container = checkpoint.container else {
      throw ConversionError.notContainer(path: checkpoint.path)
    }
    guard checkpoint.hasWeights else { throw ModelError.noBase(path: checkpoint.path) }
    let directory = container.directory
    guard directory.sourceFormat == .safetensors else {
      throw ConversionError.otherNames(path: checkpoint.path)
    }
    let widths = directory.widths.map { $0[expert] }
    guard let width = widths.first, widths.allSatisfy({ $0 == width }) else {
      throw ConversionError.mixedWidths(expert: expert, widths: widths)
    }
    if let recoded = directory.sourceTensors.first(where: { !$0.isExact }) {
      throw ConversionError.recoded(
        path: checkpoint.path, tensor: recoded.description.name.text)
    }
    self.checkpoint = checkpoint
    self.container = container
    self.expert = expert
    self.width = width
    descriptions = directory.sourceTensors.map { source in
      guard let cut = source.cut else { return source.description }
      var shape = source.description.shape
      shape[cut.neuronAxis] = cut.parts.count * width
      // No larger than what is there, and of a type whose blocks run along rows that stay.
      return TensorDescription(
        name: source.description.name, elementType: source.description.elementType, shape: shape)
        ?? source.description
    }
  }

  /// Whether it has all neurons of the source.
  var isDense: Bool { width == container.directory.model.intermediateSize }

  /// Gives the bytes of a tensor in order: what is cut at once, all else in pieces.
  package func forEachPiece(
    of index: Int, _ body: (_ offset: Int, [UInt8]) throws -> Void
  ) throws {
    let source = container.directory.sourceTensors[index]
    if let cut = source.cut, !isDense {
      return try body(0, NeuronRows.sourceOrder(rows(source, cut), descriptions[index], cut))
    }
    guard source.isStoredWhole || checkpoint.isOverlay else {
      return try body(0, DenseReconstruction(container: container).bytes(of: source))
    }
    let tensor = source.description
    let size = 4 * container.directory.blockBytes
    for start in stride(from: 0, to: tensor.byteCount, by: size) {
      let end = min(start + size, tensor.byteCount)
      try body(start, checkpoint.source.read(tensor.name, start..<end))
    }
  }

  /// The rows of a tensor's parts for the neurons of the expert, by rank.
  private func rows(
    _ source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut
  ) throws -> [UInt8] {
    guard source.isStoredWhole || checkpoint.isOverlay else { return try stackedRings(cut) }
    let neurons = container.directory.model.intermediateSize
    let order = try container.permutation(layer: cut.layer).prefix(width)
    let bytes = try checkpoint.source.read(source.description.name, nil)
    let rows = NeuronRows.neuronMajor(bytes, source.description, cut)
    let rowBytes = rows.count / (neurons * cut.parts.count)
    return cut.parts.indices.flatMap { number in
      Rearrangement.gatherRows(
        order.map { $0 + number * neurons }[...], of: rows, rowBytes: rowBytes)
    }
  }

  private func stackedRings(_ cut: FeedForwardCut) throws -> [UInt8] {
    var stacked: [UInt8] = []
    for part in cut.parts {
      for ring in 0...expert {
        guard let stored = container.part(part, layer: cut.layer, ring: ring) else {
          throw TensorError.missing(name: "\(part.rawValue) of layer \(cut.layer)")
        }
        stacked += try container.read(stored)
      }
    }
    return stacked
  }
}
