import Architectures
import JSON
import Kernels

/// Part of a `config.json` that describes the language model, which a model of several senses has
/// as a member.
struct LanguageConfiguration {
  let object: JSONObject
  /// Name of the member; nil for the document as a whole.
  private let member: String?

  private static let members = [
    "text_config", "llm_config", "language_config", "language_model_config", "thinker_config",
  ]

  init?(_ document: JSONValue?) {
    guard let root = document?.object else { return nil }
    let member = Self.members.first { root[$0]?.object != nil }
    self.member = member
    object = member.flatMap { root[$0]?.object } ?? root
  }

  private var modelType: String? { object["model_type"]?.string }

  /// Remark on a language model within another model; nil for a plain language model.
  var note: String? {
    member.map { "the language model is described in \($0): \(modelType ?? "of unknown type")" }
  }

  /// Activation, by the name that this program gives it if it knows it; nil if none is stated.
  var activation: String? {
    let keys = ["hidden_activation", "hidden_act", "activation_function"]
    guard let name = keys.lazy.compactMap({ object[$0]?.string }).first else { return nil }
    let family = Family.known.first { family in
      modelType.map(family.modelTypes.contains) ?? false
    }
    return (family?.activations ?? Family.usualActivations)[name]?.rawValue ?? name
  }
}
