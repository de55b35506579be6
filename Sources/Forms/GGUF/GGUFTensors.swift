import Checkpoints
import DMOE
package import Tensors

/// The tensors of a GGUF file that holds one expert.
package struct GGUFTensors: Sendable {
  let expert: ExpertTensors
  package let source: DerivedTensors
  /// Tensors with an unexpected type, by reason.
  let exceptions: [String: [TensorName]]

  init(
    _ expert: ExpertTensors, items: [DerivedTensors.Item], exceptions: [String: [TensorName]]
  ) {
    self.expert = expert
    self.exceptions = exceptions
    source = DerivedTensors(expert, items)
  }
}
