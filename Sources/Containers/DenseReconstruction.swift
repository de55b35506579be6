import Architectures
package import DMOE
import Kernels
import Tensors

/// Gives back the tensors of the dense checkpoint from a complete container, bit for bit.
package struct DenseReconstruction {
  let container: DMOEReader

  package init(container: DMOEReader) { self.container = container }

  /// Gives the bytes of a tensor in order: what is stored whole in pieces, what is cut at once.
  package func forEachPiece(
    of source: DMOEDirectory.SourceTensor, _ body: (_ offset: Int, [UInt8]) throws -> Void
  ) throws {
    guard source.isStoredWhole else { return try body(0, bytes(of: source)) }
    let size = 4 * container.directory.blockBytes
    for start in stride(from: 0, to: source.description.byteCount, by: size) {
      let end = min(start + size, source.description.byteCount)
      try body(start, container.read(source.description.name, start..<end))
    }
  }

  /// The bytes of a tensor as the source had them (`formats/dmoe.md`, section 6).
  ///
  /// Tensors that were recoded cannot be asked for.
  package func bytes(of source: DMOEDirectory.SourceTensor) throws -> [UInt8] {
    precondition(source.isExact, "\(source.description.name) was recoded")
    guard let cut = source.cut, !source.isStoredWhole else {
      return try container.read(source.description.name, nil)
    }
    return NeuronRows.sourceOrder(try rows(cut), source.description, cut)
  }

  /// The rows of what was cut into rings, in the source's order of neurons.
  func rows(_ cut: FeedForwardCut) throws -> [UInt8] {
    let directory = container.directory
    guard !directory.isPart else { throw DMOEError.part(path: container.path) }
    guard container.isComplete else {
      throw DMOEError.incomplete(
        path: container.path, expertsHeld: container.expertsHeld, experts: directory.experts)
    }
    let order = try container.permutation(layer: cut.layer)
    let neurons = order.count
    var places: [Int] = []
    var stacked: [UInt8] = []
    for (number, part) in cut.parts.enumerated() {
      for ring in 0..<directory.experts {
        guard let stored = container.part(part, layer: cut.layer, ring: ring) else {
          throw TensorError.missing(name: "\(part.rawValue) of layer \(cut.layer)")
        }
        stacked += try container.read(stored)
      }
      places += order.map { $0 + number * neurons }
    }
    return Rearrangement.scatterRows(stacked, to: places)
  }
}
