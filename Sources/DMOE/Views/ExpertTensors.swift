import Architectures
import Kernels
package import Tensors

/// One expert of a container, with the tensor names and layout of the source.
///
/// Neurons are in order of importance; those of the full expert are as in the source, unless
/// `isRanked`.
package struct ExpertTensors: TensorSource {
  package let container: DMOEReader
  package let expert: Int
  /// Number of neurons of each layer.
  package let widths: [Int]
  private let isRanked: Bool
  /// The dense model that an overlay was made from; nil for a container with weights.
  private let base: (any TensorSource)?
  private let dense: any TensorSource

  /// - Parameters:
  ///   - container: a container with weights, or an overlay.
  ///   - base: the dense tensors of an overlay; nil for a container with weights.
  ///   - expert: index of an expert in the container.
  ///   - isRanked: whether the neurons of the full expert are in order of importance, too.
  package init(
    _ container: DMOEReader, base: (any TensorSource)?, expert: Int, isRanked: Bool = false
  ) {
    self.container = container
    self.expert = expert
    self.isRanked = isRanked
    self.base = base
    dense = base ?? DenseTensors(container)
    widths = container.directory.widths.map { $0[expert] }
  }

  /// Whether it is the source, bit for bit if the container is exact.
  package var isDense: Bool {
    !isRanked && widths == container.directory.model.neurons.layers
  }

  /// Whether all layers have equally many neurons.
  package var hasEqualWidths: Bool { widths.allSatisfy { $0 == widths[0] } }

  /// Whether a tensor can be read in the source's layout.
  package func isWhole(_ source: DMOEDirectory.SourceTensor) -> Bool {
    source.isStoredWhole || base != nil
  }

  /// The tensor cut to the expert's neurons, in a type that can be cut between neurons.
  package func description(of source: DMOEDirectory.SourceTensor) -> TensorDescription {
    guard let cut = source.cut else { return source.description }
    var shape = source.description.shape
    shape[cut.neuronAxis] = cut.parts.count * widths[cut.layer]
    return TensorDescription(
      name: source.description.name, elementType: elementType(of: source, cut), shape: shape)
      ?? source.description
  }

  private func elementType(
    of source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut
  ) -> ElementType {
    let own = source.description.elementType
    if isWhole(source) { return isDense || !runsAcrossNeurons(source, cut) ? own : .f32 }
    guard case .recoded(let type) = cut.storage else { return own }
    return type.isQuantized ? .f32 : type
  }

  /// Whether blocks of the type run across neurons, so that they must be decoded.
  private func runsAcrossNeurons(
    _ source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut
  ) -> Bool {
    cut.neuronAxis == 1 && source.description.elementType.isQuantized
  }

  package var tensors: [TensorDescription] {
    container.directory.sourceTensors.map(description(of:))
  }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    container.sourceTensor(name).map(description(of:))
  }

  package func open(_ name: TensorName) throws(TensorError) -> OpenTensor {
    guard let source = container.sourceTensor(name) else { throw .missing(name: name.text) }
    guard let cut = source.cut, !(isDense && isWhole(source)) else { return try dense.open(name) }
    if isWhole(source) { return try picked(source, cut) }
    if case .recoded(let type) = cut.storage { return try recoded(source, cut, type) }
    guard !isDense else { return try dense.open(name) }
    let rows = try container.rows(of: cut, neurons: widths[cut.layer])
    let view = description(of: source)
    return OpenTensor(view, bytes: NeuronRows.sourceOrder(rows, view, cut))
  }

  /// Neurons picked from a tensor in the source's layout.
  private func picked(
    _ source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut
  ) throws(TensorError) -> OpenTensor {
    let whole = try dense.open(source.description.name)
    let order = try container.order(layer: cut.layer).prefix(widths[cut.layer])
    if runsAcrossNeurons(source, cut) { return try whole.columns(Array(order)) }
    let neurons = container.directory.model.neurons[cut.layer]
    let rows = NeuronRows.neuronMajor(try whole.readAll(), source.description, cut)
    let picked = Rearrangement.gatherRows(
      NeuronRows.indices(order, parts: cut.parts.count, neurons: neurons)[...], of: rows,
      rowBytes: rows.count / (neurons * cut.parts.count))
    let view = description(of: source)
    return OpenTensor(view, bytes: NeuronRows.sourceOrder(picked, view, cut))
  }

  /// A down projection whose rings have another type than the source; a neuron is a row of them.
  private func recoded(
    _ source: DMOEDirectory.SourceTensor, _ cut: FeedForwardCut, _ type: ElementType
  ) throws(TensorError) -> OpenTensor {
    var rows =
      isDense
      ? try DenseTensors.rows(of: cut, in: container)
      : try container.rows(of: cut, neurons: widths[cut.layer])
    if type.isQuantized { rows = ElementType.f32.encode(type.floats(rows)) }
    let view = description(of: source)
    return OpenTensor(view, bytes: NeuronRows.sourceOrder(rows, view, cut))
  }

  package func checkUnchanged() throws(TensorError) {
    try container.checkUnchanged()
    try dense.checkUnchanged()
  }
}
