import Architectures
import Checkpoints

enum ConfigurationCheck: Check {
  static let id = "configuration"
  static let summary =
    "config.json, or the keys of a GGUF file, name a known family, and the tensors have the names and shapes that it asks for."

  static func applies(to subject: CheckSubject) -> Bool { true }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard try subject.checkpoint.isDescribed else {
      return .skipped("nothing describes the model: no config.json, no general.architecture")
    }
    do {
      let model = try subject.model()
      let expected = model.configuration.expectedTensors(
        of: model.family, model.checkpoint.naming
      ).count
      return .passed("\(model.family.name), \(expected) tensors as it asks for")
    } catch .unknownFamily(_, let modelType) {
      return .skipped("the family \"\(modelType)\" is not known here")
    }
  }
}
