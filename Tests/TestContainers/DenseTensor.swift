package import Architectures
internal import DMOE
package import Tensors
package import TestSupport

/// A synthetic tensor of a dense model.
package struct DenseTensor: Sendable {
  package let description: TensorDescription
  package let bytes: [UInt8]
  package let cut: FeedForwardCut?
  /// Rows of the rings, by neuron, if they have another type.
  package let recoded: [UInt8]

  package init(
    _ name: String, _ type: ElementType, _ shape: [Int], cut: FeedForwardCut? = nil,
    bytes: [UInt8], recoded: [UInt8] = []
  ) {
    guard
      let description = TensorDescription(
        name: TensorName(name), elementType: type, shape: shape)
    else { preconditionFailure("\(name) has no size") }
    self.description = description
    self.bytes = bytes
    self.cut = cut
    self.recoded = recoded
  }

  /// Makes a tensor of random bytes.
  package init(
    _ name: String, _ type: ElementType, _ shape: [Int], cut: FeedForwardCut? = nil,
    numbers: inout RandomNumbers
  ) {
    func bytes(_ type: ElementType) -> [UInt8] {
      numbers.bytes(shape.reduce(1, *) / type.block.elements * type.block.bytes)
    }
    let plain = bytes(type)
    var recoded: [UInt8] = []
    if case .recoded(let other) = cut?.storage { recoded = bytes(other) }
    self.init(name, type, shape, cut: cut, bytes: plain, recoded: recoded)
  }

  /// Row of a neuron in one of the parts, picked element by element.
  package func row(ofNeuron neuron: Int, part: Int, neurons: Int, hidden: Int) -> [UInt8] {
    guard let cut else { return [] }
    if case .recoded = cut.storage {
      let rowBytes = recoded.count / neurons
      return Array(recoded[neuron * rowBytes..<(neuron + 1) * rowBytes])
    }
    // Moves whole blocks: single elements, or segments of a row.
    let block = description.elementType.block
    let size = block.bytes
    let columns = cut.parts[part].isBias ? 1 : hidden / block.elements
    let all = neurons * cut.parts.count
    var row: [UInt8] = []
    for column in 0..<columns {
      let place = part * neurons + neuron
      let element = cut.neuronAxis == 0 ? place * columns + column : column * all + place
      for byte in 0..<size { row.append(bytes[element * size + byte]) }
    }
    return row
  }
}
