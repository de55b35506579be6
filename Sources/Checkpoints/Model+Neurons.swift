package import Architectures
import DMOE
package import Tensors

extension Model {
  /// Tensor with weights of every neuron of a layer.
  package struct NeuronTensor: Sendable {
    package let name: TensorName
    /// Parts stored in it, one after the other.
    package let parts: [FeedForwardPart]
    /// 0 if a neuron is a row, 1 if it is a column.
    package let axis: Int
  }

  /// Tensors of a layer with weights of every neuron.
  package func neuronTensors(layer: Int) -> [NeuronTensor] {
    let roles: [(TensorRole, [FeedForwardPart], axis: Int)] = [
      (.gate, [.gate], 0), (.up, [.up], 0), (.gateUp, [.gate, .up], 0), (.down, [.down], 1),
      (.gateBias, [.gateBias], 0), (.upBias, [.upBias], 0),
    ]
    return roles.compactMap { role, parts, axis in
      guard configuration.has(role), let name = tensorName(role, layer: layer) else { return nil }
      let isTransposed = layout.isTransposed && role.isProjection
      return NeuronTensor(
        name: TensorName(name), parts: parts, axis: isTransposed ? 1 - axis : axis)
    }
  }
}
