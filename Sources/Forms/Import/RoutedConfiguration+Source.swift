import Architectures
package import Checkpoints
import DMOE
import Experts
package import JSON

extension RoutedConfiguration {
  /// Restores the `config.json` of the source from that of the folder.
  func source(_ folder: JSONValue) throws(JSONFieldError) -> JSONValue {
    let named = try JSONField(folder).member("model_type")
    guard try named.string() == dynamoeModelType else {
      throw named.mismatch(expected: "\"\(dynamoeModelType)\"")
    }
    var object = folder.object ?? JSONObject()
    object["model_type"] = .string(modelType)
    object["architectures"] = architectures.map { .array($0.map(JSONValue.string)) }
    object["auto_map"] = nil
    object[Self.key] = nil
    return .object(object)
  }

  /// Throws unless the experts and routers match the model.
  package func check(against model: Model) throws(JSONFieldError) {
    func fail(_ field: String, _ expected: String, _ found: String) -> JSONFieldError {
      JSONFieldError(field: "\(Self.key).\(field)", expected: expected, found: found)
    }
    let neurons = model.configuration.neurons
    guard family == model.family.name else {
      throw fail("family", "\"\(model.family.name)\"", "\"\(family)\"")
    }
    guard widths.count == neurons.layers.count else {
      throw fail("widths", "those of \(neurons.layers.count) layers", "\(widths.count)")
    }
    for (layer, widths) in widths.enumerated() where widths.last != neurons[layer] {
      throw fail(
        "widths[\(layer)]", "widths up to \(neurons[layer]), the neurons of a layer", "\(widths)")
    }
    guard routing == nil || widths[0].count > 1 else {
      throw fail("router", "null, as there is only one expert", "a router")
    }
    guard routing != nil || budgets == nil else {
      throw fail("budgets", "null, as there are no routers", "budgets")
    }
    if let budgets, let routing, (budgets.windowRows != nil) != routing.skips {
      throw routing.skips
        ? fail("budgets.window", "rows, as experts skip neurons", "nothing")
        : fail("budgets.window", "nothing, as experts skip no neurons", "rows")
    }
  }
}
