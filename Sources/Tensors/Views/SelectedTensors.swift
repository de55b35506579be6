/// A base without its hidden tensors.
package struct SelectedTensors: TensorSource {
  private let base: any TensorSource
  private let isHidden: @Sendable (TensorName) -> Bool

  package init(_ base: any TensorSource, hiding hidden: Set<TensorName>) {
    self.base = base
    isHidden = { hidden.contains($0) }
  }

  package var tensors: [TensorDescription] { base.tensors.filter { !isHidden($0.name) } }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    isHidden(name) ? nil : base.tensor(name)
  }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    guard !isHidden(name) else { throw .missing(name: name.text) }
    return try base.open(name)
  }

  package func checkUnchanged() throws(TensorError) { try base.checkUnchanged() }
}
