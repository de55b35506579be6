package import Architectures
package import Checkpoints
package import DMOE
import Kernels
import Tensors

/// The tensors of one expert as its source names and arranges them, of sources in either format.
///
/// Neurons stand in the order of importance, but those of the full expert as the source has them,
/// unless they are to be ranked.
package struct ExpertWeights: Sendable {
  package let checkpoint: Checkpoint
  package let container: DMOEReader
  package let expert: Int
  /// How many neurons each layer has.
  package let widths: [Int]
  private let isRanked: Bool

  /// - Parameters:
  ///   - checkpoint: a container, on its base if it is an overlay.
  ///   - expert: one of those that it holds.
  ///   - isRanked: whether the neurons of the full expert stand by importance, too.
  /// - Throws: where its weights are not here.
  package init(_ checkpoint: Checkpoint, expert: Int, isRanked: Bool = false) throws {
    guard let container = checkpoint.container else {
      throw ContainerError.notContainer(path: checkpoint.path)
    }
    guard checkpoint.hasWeights else { throw ModelError.noBase(path: checkpoint.path) }
    self.checkpoint = checkpoint
    self.container = container
    self.expert = expert
    self.isRanked = isRanked
    widths = container.directory.widths.map { $0[expert] }
  }

  /// Whether it is the source as it was.
  package var isDense: Bool {
    !isRanked && widths.allSatisfy { $0 == container.directory.model.intermediateSize }
  }

  /// Whether a plain model with one width can be made of it.
  package var hasEqualWidths: Bool { widths.allSatisfy { $0 == widths[0] } }

  /// Whether a tensor can be read as the source had it.
  package func isWhole(_ source: DMOEDirectory.SourceTensor) -> Bool {
    source.isStoredWhole || checkpoint.isOverlay
  }

  /// The shape of a tensor, with as many neurons as the expert has.
  package func shape(of source: DMOEDirectory.SourceTensor) -> [Int] {
    var shape = source.description.shape
    if let cut = source.cut {
      shape[cut.neuronAxis] = cut.parts.count * widths[cut.layer]
    }
    return shape
  }

  /// The bytes of a tensor that is cut, as the source lays it out, in its element type.
  package func bytes(
    of source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut
  ) throws -> [UInt8] {
    guard !isDense else {
      return try DenseReconstruction(container: container).bytes(of: source)
    }
    let rows = try neurons(of: source, cut)
    guard cut.neuronAxis == 1 else { return rows }
    let shape = shape(of: source)
    return Rearrangement.transpose(
      rows, rows: shape[1], columns: shape[0],
      elementSize: source.description.elementType.block.bytes)
  }

  /// The neurons of a tensor, a row each: by rank, those of the full expert as in the source.
  package func neurons(
    of source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut
  ) throws -> [UInt8] {
    guard isWhole(source) else {
      return isDense
        ? try DenseReconstruction(container: container).rows(cut) : try stackedRings(cut)
    }
    let neurons = container.directory.model.intermediateSize
    let order = try container.permutation(layer: cut.layer).prefix(widths[cut.layer])
    let bytes = try checkpoint.source.read(source.description.name)
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
