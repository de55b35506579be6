package import Architectures
import DMOE
package import Tensors

extension Model {
  /// A tensor that has something of each neuron of a layer.
  package struct NeuronTensor: Sendable {
    package let name: TensorName
    /// What lies one behind the other in it.
    package let parts: [FeedForwardPart]
    /// 0 where a neuron is a row, 1 where it is a column.
    package let axis: Int
  }

  /// The tensors of a layer that have something of each neuron.
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
