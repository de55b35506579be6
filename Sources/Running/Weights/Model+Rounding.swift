package import Checkpoints
package import Tensors

extension Model {
  /// The same model as if its matrices had been stored in a quantised type.
  ///
  /// Rounded is every tensor of two dimensions whose rows are whole blocks, the embedding and the
  /// output included; the others stay as they are.
  ///
  /// - Parameter type: a type that can be encoded and decoded.
  /// - Returns: a model of the same checkpoint, which must not be a container.
  package func rounded(to type: ElementType) -> Model {
    precondition(checkpoint.container == nil, "what a container cuts is not rounded")
    precondition(type.isEncodable, "\(type.rawValue) cannot be encoded")
    var model = self
    model.rounding = type
    return model
  }

  /// What people quantise to, where a token then reads fewer bytes than it does now.
  package var smallerTypes: [ElementType] {
    [.q80, .q40].filter { rounded(to: $0).bytesPerToken < bytesPerToken }
  }

  /// What a tensor is rounded to; nil where it stays.
  func roundedType(of tensor: TensorDescription) -> ElementType? {
    guard let rounding, tensor.shape.count == 2, tensor.shape[1] % rounding.block.elements == 0
    else { return nil }
    return rounding
  }

  /// A tensor as it would be stored.
  func stored(_ tensor: TensorDescription) -> TensorDescription {
    guard let type = roundedType(of: tensor) else { return tensor }
    return TensorDescription(name: tensor.name, elementType: type, shape: tensor.shape) ?? tensor
  }
}
