import DMOE
import JSON
import Models

enum WidthsCheck: Check {
  static let id = "widths"
  static let summary =
    "The experts of every layer grow strictly up to the width that config.json states."

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    let model = try Model(subject.checkpoint)
    let directory = container.directory
    for (layer, widths) in directory.widths.enumerated() {
      guard widths.last == model.configuration.intermediateSize,
        zip(widths, widths.dropFirst()).allSatisfy({ $0 < $1 })
      else {
        return .failed(
          "layer \(layer): \(widths), expected to grow to \(model.configuration.intermediateSize)")
      }
    }
    return .passed("\(directory.experts) experts in each of \(directory.model.layers) layers")
  }
}
