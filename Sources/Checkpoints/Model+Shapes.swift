import Architectures
import Tensors

extension Model {
  /// Throws if the tensors do not match the configuration.
  func checkShapes() throws(ModelError) {
    for (role, layer, shape) in configuration.expectedTensors(of: family, checkpoint.naming) {
      guard let name = tensorName(role, layer: layer) else { continue }
      if let unknown = checkpoint.unknownType(of: TensorName(name)) {
        throw .elementType(path: path, tensor: name, found: "type \(unknown)")
      }
      guard let tensor = checkpoint.tensor(TensorName(name)) else {
        throw .missingTensor(path: path, name: name)
      }
      guard tensor.shape == shape else {
        throw .shape(path: path, tensor: name, expected: shape, found: tensor.shape)
      }
      let type = tensor.elementType
      let isPlain = [.f16, .bf16, .f32, .f64].contains(type)
      guard isPlain || type.isQuantized && type.isDecodable else {
        throw .elementType(path: path, tensor: name, found: type.rawValue)
      }
    }
  }
}
