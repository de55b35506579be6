import Architectures
import Checkpoints
import DMOE
import Reports

enum PermutationCheck: Check {
  static let id = "permutation"
  static let summary = "The permutation of every layer contains each neuron once."

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    let model = container.directory.model
    let neurons = model.neurons.uniform.map(String.init) ?? HumanText.spread(model.neurons.layers)
    try container.checkPermutations()
    return .passed("\(model.layers) layers of \(neurons) neurons")
  }
}
