package import Checkpoints
package import Tensors

extension Model {
  /// Copy of the model with matrices rounded as if stored in a quantised type.
  ///
  /// Every two-dimensional tensor whose rows are whole blocks is rounded, embedding and output
  /// included; the others stay unchanged.
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

  /// Common quantised types with which a token reads fewer bytes than now.
  package var smallerTypes: [ElementType] {
    [.q80, .q40].filter { rounded(to: $0).bytesPerToken < bytesPerToken }
  }

  /// Type that a tensor is rounded to; nil if it stays unchanged.
  func roundedType(of tensor: TensorDescription) -> ElementType? {
    guard let rounding, tensor.shape.count == 2, tensor.shape[1] % rounding.block.elements == 0
    else { return nil }
    return rounding
  }

  /// Description of a tensor after rounding.
  func stored(_ tensor: TensorDescription) -> TensorDescription {
    guard let type = roundedType(of: tensor) else { return tensor }
    return TensorDescription(name: tensor.name, elementType: type, shape: tensor.shape) ?? tensor
  }
}
