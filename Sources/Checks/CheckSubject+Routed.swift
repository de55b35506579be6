import Checkpoints
import Forms
import JSON

extension CheckSubject {
  /// What `config.json` says of the experts of an exported folder; nil where it says nothing.
  func routedField() throws(ModelError) -> JSONField? {
    guard checkpoint.container == nil, let document = try checkpoint.document("config.json"),
      RoutedForm.isRouted(document), let experts = document.object?[RoutedForm.key]
    else { return nil }
    return JSONField(experts, path: RoutedForm.key)
  }

  /// The model that is checked: of a folder with routers the dense one, which it holds too.
  func model() throws(ModelError) -> Model {
    guard let field = try routedField() else { return try Model(checkpoint) }
    do {
      return try Model(checkpoint, as: RoutedForm(field).modelType)
    } catch let error as JSONFieldError {
      throw .configuration(path: checkpoint.path, file: "config.json", error)
    } catch {
      throw error as? ModelError ?? .noConfiguration(path: checkpoint.path)
    }
  }
}
