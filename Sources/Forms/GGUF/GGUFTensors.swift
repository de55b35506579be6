import Checkpoints
import DMOE
package import Tensors

/// The tensors of a GGUF file that holds one expert.
package struct GGUFTensors: Sendable {
  let expert: ExpertTensors
  package let source: DerivedTensors
  private let items: [DerivedTensors.Item]
  /// Tensors with an unexpected type, by reason.
  let exceptions: [String: [TensorName]]

  init(
    _ expert: ExpertTensors, items: [DerivedTensors.Item], exceptions: [String: [TensorName]]
  ) {
    self.expert = expert
    self.exceptions = exceptions
    self.items = items
    source = DerivedTensors(expert, items)
  }

  /// The same tensors with others in place of those of the expert, before they are converted.
  package func source(_ others: (any TensorSource)?) -> DerivedTensors {
    others.map { DerivedTensors(OverlaidTensors(expert, with: $0), items) } ?? source
  }
}
