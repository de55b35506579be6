import Architectures
import Kernels
package import Tensors

/// The dense model in a container, bit for bit (`formats/dmoe.md`, section 6).
///
/// Lists the tensors that the file can restore: all that were not recoded, or, if the file was cut,
/// only those stored whole. An overlay without its base lists none.
package struct DenseTensors: TensorSource {
  package let container: DMOEReader

  package init(_ container: DMOEReader) { self.container = container }

  private func isReadable(_ source: DMOEDirectory.SourceTensor) -> Bool {
    !container.directory.isOverlay
      && (source.isStoredWhole || source.isExact && container.holdsDense)
  }

  package var tensors: [TensorDescription] {
    container.directory.sourceTensors.filter(isReadable).map(\.description)
  }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    container.sourceTensor(name).flatMap { isReadable($0) ? $0.description : nil }
  }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    guard let source = container.sourceTensor(name) else { throw .missing(name: name.text) }
    guard let cut = source.cut, !source.isStoredWhole else {
      guard let stored = container.shared(.source(name)) else { throw .missing(name: name.text) }
      return container.open(stored)
    }
    guard source.isExact else {
      throw .uncomposable(
        reason: "\(container.path): \(name) is stored in another type than the source's, "
          + "which cannot be restored")
    }
    let rows = try Self.rows(of: cut, in: container)
    return OpenTensor(
      source.description, bytes: NeuronRows.sourceOrder(rows, source.description, cut))
  }

  /// The rows of a cut tensor in the source's order of neurons.
  static func rows(
    of cut: FeedForwardCut, in container: DMOEReader
  ) throws(TensorError) -> [UInt8] {
    let directory = container.directory
    if directory.isPart {
      throw .uncomposable(reason: "\(DMOEError.part(path: container.path))")
    }
    guard container.isComplete else {
      let error = DMOEError.incomplete(
        path: container.path, expertsHeld: container.expertsHeld, experts: directory.experts)
      throw .uncomposable(reason: "\(error)")
    }
    let order = try container.order(layer: cut.layer)
    return Rearrangement.scatterRows(
      try container.rows(of: cut),
      to: NeuronRows.indices(order, parts: cut.parts.count, neurons: order.count))
  }

  package func checkUnchanged() throws(TensorError) { try container.checkUnchanged() }
}
