import Architectures
import JSON
import Tensors

extension TensorDescription {
  init(_ record: JSONField, name: TensorName) throws(JSONFieldError) {
    let typeField = try record.member("element_type")
    guard let type = ElementType(rawValue: try typeField.string()) else {
      throw typeField.mismatch(expected: "an element type of safetensors or ggml")
    }
    let shapeField = try record.member("shape")
    var shape: [Int] = []
    for extent in try shapeField.elements() { shape.append(try extent.int()) }
    // Leaves out zeros, so that overflow does not depend on the order of the extents.
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
        expected: "extents whose size is a whole number of bytes below 2^63")
    }
    self = description
  }
}

extension FeedForwardCut {
  init(
    _ field: JSONField, of tensor: TensorDescription, in model: DMOEDirectory.Model
  ) throws(JSONFieldError) {
    let layer = try field.member("layer").int(in: 0...model.layers - 1)
    let partsField = try field.member("parts")
    var parts: [FeedForwardPart] = []
    for partField in try partsField.elements() {
      guard let part = FeedForwardPart(rawValue: try partField.string()) else {
        throw partField.mismatch(expected: "gate, up, down, gate_bias or up_bias")
      }
      parts.append(part)
    }
    guard let first = parts.first, parts.allSatisfy({ $0.isBias == first.isBias }) else {
      throw partsField.mismatch(expected: "at least one part, either all matrices or all biases")
    }
    let neuronAxis = try field.member("neuron_axis").int(in: 0...(first.isBias ? 0 : 1))
    let neurons = parts.count.multipliedReportingOverflow(by: model.neurons[layer]).partialValue
    let storage = try Self.storage(field, parts, model)
    let shape =
      first.isBias
      ? [neurons]
      : neuronAxis == 0 ? [neurons, model.hiddenSize] : [model.hiddenSize, neurons]
    // Neurons that are columns can be separated only if no block spans several of them.
    let isMovable = tensor.elementType.elementBytes != nil || tensor.elementType.isQuantized
    let isParted = neuronAxis == 0 && !first.isBias || tensor.elementType.elementBytes != nil
    guard tensor.shape == shape, isMovable, isParted || storage != .rings else {
      throw JSONFieldError(
        field: field.path,
        expected: "a tensor of shape \(shape) that can be split by neuron, or stays whole",
        found: "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    self.init(layer: layer, parts: parts, neuronAxis: neuronAxis, storage: storage)
  }

  private static func storage(
    _ field: JSONField, _ parts: [FeedForwardPart], _ model: DMOEDirectory.Model
  ) throws(JSONFieldError) -> Storage {
    let isWhole = try field.stated("whole")?.bool() ?? false
    guard let typeField = try field.stated("ring_type") else {
      guard !isWhole || parts == [.down] else {
        throw try field.member("whole").mismatch(expected: "false for all parts but down")
      }
      return isWhole ? .whole : .rings
    }
    guard let type = ElementType(rawValue: try typeField.string()), !isWhole, parts == [.down],
      type.elementBytes != nil || type.isQuantized, model.hiddenSize % type.block.elements == 0
    else {
      throw typeField.mismatch(
        expected: "a type whose blocks divide \(model.hiddenSize), only for down that is not whole")
    }
    return .recoded(type)
  }
}
