import Architectures
import Checkpoints
import DMOE
import JSON

enum WidthsCheck: Check {
  static let id = "widths"
  static let summary =
    "The experts of every layer grow strictly, up to the width that config.json states or, in a part, below."

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    guard try subject.checkpoint.isDescribed else {
      return .skipped("nothing describes the model: no config.json, no general.architecture")
    }
    do {
      let model = try Model(subject.checkpoint)
      return outcome(container.directory, width: model.configuration.intermediateSize)
    } catch .unknownFamily(_, let modelType) {
      return .skipped("the family \"\(modelType)\" is not known here")
    }
  }

  private static func outcome(_ directory: DMOEDirectory, width: Int) -> CheckOutcome {
    for (layer, widths) in directory.widths.enumerated() {
      guard directory.isPart || widths.last == width, widths.last ?? 0 <= width,
        zip(widths, widths.dropFirst()).allSatisfy({ $0 < $1 })
      else {
        return .failed("layer \(layer): \(widths), expected to grow to \(width)")
      }
    }
    return .passed("\(directory.experts) experts in each of \(directory.model.layers) layers")
  }
}
