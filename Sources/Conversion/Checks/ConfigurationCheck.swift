import Models

enum ConfigurationCheck: Check {
  static let id = "configuration"
  static let summary =
    "config.json names a known family, and the tensors have the names and shapes that it asks for."

  static func applies(to subject: CheckSubject) -> Bool { true }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard try subject.checkpoint.companion("config.json") != nil else {
      return .skipped("there is no config.json")
    }
    do {
      let model = try Model(subject.checkpoint)
      let expected = model.configuration.expectedTensors(
        of: model.family, model.checkpoint.naming
      ).count
      return .passed("\(model.family.name), \(expected) tensors as it asks for")
    } catch .unknownFamily(_, let modelType) {
      return .skipped("model_type \"\(modelType)\" is not known here")
    }
  }
}
