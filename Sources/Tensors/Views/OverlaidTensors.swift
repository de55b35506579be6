/// A base, and an overlay whose tensors replace those of the same name or follow the base's.
package struct OverlaidTensors: TensorSource {
  private let base: any TensorSource
  private let overlay: any TensorSource

  package init(_ base: any TensorSource, with overlay: any TensorSource) {
    self.base = base
    self.overlay = overlay
  }

  package var tensors: [TensorDescription] {
    base.tensors.filter { overlay.tensor($0.name) == nil } + overlay.tensors
  }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    overlay.tensor(name) ?? base.tensor(name)
  }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    overlay.tensor(name) == nil ? try base.open(name) : try overlay.open(name)
  }

  package func checkUnchanged() throws(TensorError) {
    try base.checkUnchanged()
    try overlay.checkUnchanged()
  }
}
