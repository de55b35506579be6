import JSON
import Tensors

extension TensorDescription {
  init(_ record: JSONField, name: TensorName) throws(JSONFieldError) {
    let typeField = try record.member("element_type")
    guard let type = ElementType(rawValue: try typeField.string()) else {
      throw typeField.mismatch(expected: "an element type of safetensors")
    }
    let shapeField = try record.member("shape")
    var shape: [Int] = []
    for extent in try shapeField.elements() { shape.append(try extent.int()) }
    // With the zeros left out an overflow is one in any order.
    var elements: UInt128 = 1
    for extent in shape where extent > 0 {
      let (product, overflow) = elements.multipliedReportingOverflow(by: UInt128(extent))
      elements = overflow ? .max : product
    }
    let block = type.block
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: UInt128(block.bytes))
    guard let description = TensorDescription(name: name, elementType: type, shape: shape),
      !overflow, bytes < UInt128(block.elements) << 63
    else {
      throw shapeField.mismatch(
        expected: "extents whose product is a size of whole bytes, in 63 bits")
    }
    self = description
  }
}

extension FeedForwardCut {
  init(
    _ field: JSONField, of tensor: TensorDescription, in model: DMOEDirectory.Model
  ) throws(JSONFieldError) {
    layer = try field.member("layer").int(in: 0...model.layers - 1)
    let partsField = try field.member("parts")
    var parts: [FeedForwardPart] = []
    for partField in try partsField.elements() {
      guard let part = FeedForwardPart(rawValue: try partField.string()) else {
        throw partField.mismatch(expected: "gate, up, down, gate_bias or up_bias")
      }
      parts.append(part)
    }
    guard let first = parts.first, parts.allSatisfy({ $0.isBias == first.isBias }) else {
      throw partsField.mismatch(expected: "matrices or biases, at least one")
    }
    neuronAxis = try field.member("neuron_axis").int(in: 0...(first.isBias ? 0 : 1))
    let neurons = parts.count.multipliedReportingOverflow(by: model.intermediateSize).partialValue
    let shape =
      first.isBias
      ? [neurons]
      : neuronAxis == 0 ? [neurons, model.hiddenSize] : [model.hiddenSize, neurons]
    guard tensor.shape == shape, tensor.elementType.elementBytes != nil else {
      throw JSONFieldError(
        field: field.path, expected: "a tensor of shape \(shape) of whole bytes",
        found: "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    self.parts = parts
  }
}
