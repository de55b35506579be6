import Architectures

/// Property of a model that has no form with routers.
package enum RoutingObstacle: Equatable, Sendable {
  case described
  case encoder
  case notRun(String)
  /// The language model is a part of a model of another type.
  case wrapped(modelType: String)
  case unknownModules

  /// Obstacle of a family, or of a checkpoint of it with this `model_type`; nil if there is none.
  init?(_ family: Family, modelType: String) {
    if family.isDescribed {
      self = .described
    } else if family.isEncoder {
      self = .encoder
    } else if let layers = family.unrun {
      self = .notRun("\(layers)")
    } else if !family.modelTypes.contains(modelType) {
      self = .wrapped(modelType: modelType)
    } else if ModuleLayout(family) == nil {
      self = .unknownModules
    } else {
      return nil
    }
  }
}

extension RoutingObstacle: CustomStringConvertible {
  package var description: String {
    switch self {
    case .described: "Transformers knows nothing of its description"
    case .encoder: "it predicts no next token"
    case .notRun(let layers): "it has \(layers), which are not run"
    case .wrapped(let modelType): "its language model is a part of a \(modelType)"
    case .unknownModules: "Transformers has no language model of it with modules known here"
    }
  }
}
