import Architectures
import Checkpoints

enum ConfigurationCheck: Check {
  static let id = "configuration"
  static let summary =
    "config.json, or the metadata of a GGUF file, names a known family, "
    + "and the tensors have the names and shapes that it requires."

  static func applies(to subject: CheckSubject) -> Bool { true }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard try subject.checkpoint.isDescribed else {
      return .skipped("the model has no description: no config.json, no general.architecture")
    }
    if let adapter = try subject.checkpoint.adapter() { return .skipped("\(adapter)") }
    do {
      let model = try subject.model()
      let expected = model.configuration.expectedTensors(
        of: model.family, model.checkpoint.naming
      ).count
      return .passed("\(model.family.name), \(expected) tensors as required")
    } catch .unknownFamily(_, let modelType) {
      return .skipped("unknown family \"\(modelType)\"")
    } catch .unknownArchitecture(_, let architecture) {
      return .skipped("unknown architecture \"\(architecture)\"")
    }
  }
}
