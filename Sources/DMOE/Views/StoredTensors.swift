package import Tensors

/// Stored tensors of a container under other names: routers, compensation, permutations.
package struct StoredTensors: TensorSource {
  private let container: DMOEReader
  private let items: [(stored: StoredTensor, description: TensorDescription)]

  /// - Parameters:
  ///   - container: the file.
  ///   - items: its tensors, each with the description to list it under, of equal size in bytes.
  package init(
    _ container: DMOEReader, _ items: [(stored: StoredTensor, description: TensorDescription)]
  ) {
    self.container = container
    self.items = items
  }

  package var tensors: [TensorDescription] { items.map(\.description) }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    items.first { $0.description.name == name }?.description
  }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    guard let item = items.first(where: { $0.description.name == name }) else {
      throw .missing(name: name.text)
    }
    return container.open(item.stored).described(as: item.description)
  }

  package func checkUnchanged() throws(TensorError) { try container.checkUnchanged() }
}
