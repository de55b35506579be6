import Architectures
import Checkpoints
import DMOE
import JSON

enum WidthsCheck: Check {
  static let id = "widths"
  static let summary =
    "The widths of every layer's experts increase strictly, up to the width in config.json, "
    + "or to a smaller one in an exported part."

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    guard try subject.checkpoint.isDescribed else {
      return .skipped("the model has no description: no config.json, no general.architecture")
    }
    do {
      let model = try Model(subject.checkpoint)
      return outcome(container.directory, neurons: model.configuration.neurons.layers)
    } catch .unknownFamily(_, let modelType) {
      return .skipped("unknown family \"\(modelType)\"")
    } catch .unknownArchitecture(_, let architecture) {
      return .skipped("unknown architecture \"\(architecture)\"")
    }
  }

  private static func outcome(_ directory: DMOEDirectory, neurons: [Int]) -> CheckOutcome {
    for (layer, widths) in directory.widths.enumerated() {
      let width = neurons[layer]
      guard directory.isPart || widths.last == width, widths.last ?? 0 <= width,
        zip(widths, widths.dropFirst()).allSatisfy({ $0 < $1 })
      else {
        return .failed("layer \(layer): \(widths), expected to increase to \(width)")
      }
    }
    return .passed("\(directory.experts) experts in each of \(directory.model.layers) layers")
  }
}
