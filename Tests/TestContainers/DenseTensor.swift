package import DMOE
package import Tensors
package import TestSupport

/// A tensor of a dense model that was made up, with its bytes.
package struct DenseTensor: Sendable {
  package let description: TensorDescription
  package let bytes: [UInt8]
  package let cut: FeedForwardCut?

  package init(
    _ name: String, _ type: ElementType, _ shape: [Int], cut: FeedForwardCut? = nil,
    bytes: [UInt8]
  ) {
    guard
      let description = TensorDescription(
        name: TensorName(name), elementType: type, shape: shape)
    else { preconditionFailure("\(name) has no size") }
    self.description = description
    self.bytes = bytes
    self.cut = cut
  }

  /// A tensor of random bytes.
  package init(
    _ name: String, _ type: ElementType, _ shape: [Int], cut: FeedForwardCut? = nil,
    numbers: inout RandomNumbers
  ) {
    let elements = shape.reduce(1, *)
    self.init(
      name, type, shape, cut: cut,
      bytes: numbers.bytes(elements / type.block.elements * type.block.bytes))
  }

  /// The row of a neuron in one of the parts, picked element by element.
  package func row(ofNeuron neuron: Int, part: Int, neurons: Int, hidden: Int) -> [UInt8] {
    guard let cut else { return [] }
    let size = description.elementType.block.bytes
    let columns = cut.parts[part].isBias ? 1 : hidden
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
