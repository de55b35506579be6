/// A view with other names, arrangements and element types than its base, or values of its own.
package struct DerivedTensors: TensorSource {
  /// A tensor of the view.
  package struct Item: Sendable {
    package enum Content: Sendable {
      case values([Float])
      case base(TensorName, Arrangement)
    }

    package let description: TensorDescription
    package let content: Content

    package init(_ description: TensorDescription, _ content: Content) {
      self.description = description
      self.content = content
    }
  }

  private let base: any TensorSource
  private let items: [Item]
  private let index: [TensorName: Int]

  /// - Parameters:
  ///   - base: source of the tensors that the items name.
  ///   - items: tensors in the order of the view, with unique names.
  package init(_ base: any TensorSource, _ items: [Item]) {
    self.base = base
    self.items = items
    index = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1.description.name, $0) })
  }

  package var tensors: [TensorDescription] { items.map(\.description) }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    index[name].map { items[$0].description }
  }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    guard let item = index[name].map({ items[$0] }) else { throw .missing(name: name.text) }
    let description = item.description
    switch item.content {
    case .values(let values):
      return OpenTensor(description, bytes: description.elementType.encode(values))
    case .base(let origin, let arrangement):
      let opened = try base.open(origin).arranged(arrangement)
      return try opened.described(
        as: TensorDescription(renaming: opened.description, description.name)
      ).recoded(as: description.elementType, adding: arrangement.offset)
    }
  }

  package func checkUnchanged() throws(TensorError) { try base.checkUnchanged() }
}
