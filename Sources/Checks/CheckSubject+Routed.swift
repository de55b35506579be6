import Checkpoints
import Forms
import JSON

extension CheckSubject {
  /// Description of the experts in the `config.json` of an exported folder; nil if there is none.
  func routedField() throws(ModelError) -> JSONField? {
    guard checkpoint.container == nil, let document = try checkpoint.document("config.json"),
      RoutedConfiguration.isRouted(document),
      let experts = document.object?[RoutedConfiguration.key]
    else { return nil }
    return JSONField(experts, path: RoutedConfiguration.key)
  }

  /// The model to check; of a routed folder, the dense model it contains.
  func model() throws(ModelError) -> Model {
    guard let field = try routedField() else { return try Model(checkpoint) }
    do {
      return try Model(checkpoint, as: RoutedConfiguration(field).modelType)
    } catch let error as JSONFieldError {
      throw .configuration(path: checkpoint.path, file: "config.json", error)
    } catch {
      throw error as? ModelError ?? .noConfiguration(path: checkpoint.path)
    }
  }
}
