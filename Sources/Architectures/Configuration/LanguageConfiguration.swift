package import JSON

import enum Kernels.Activation

/// Part of a `config.json` that describes the language model, which a model of several senses (a
/// wrapper) has as a member.
package struct LanguageConfiguration: Sendable {
  package let object: JSONObject
  /// Name of the member; nil for the document as a whole.
  package let member: String?

  private static let members = [
    "text_config", "llm_config", "language_config", "language_model_config", "thinker_config",
  ]

  /// Type of the language model of a wrapper that does not state it.
  private static let usual = [
    "gemma3": "gemma3_text", "llava": "llama", "mistral3": "mistral", "qwen2_vl": "qwen2_vl_text",
    "qwen2_5_vl": "qwen2_5_vl_text",
  ]

  package init?(_ document: JSONValue?) {
    guard let root = document?.object else { return nil }
    member = Self.members.first { root[$0]?.object != nil }
    guard let member, var object = root[member]?.object else {
      object = root
      return
    }
    // Wrappers tie their own output projection unless they say otherwise, and so may the member.
    let key = "tie_word_embeddings"
    object[key] = .bool(root[key]?.bool ?? true || object[key]?.bool == true)
    if object["model_type"] == nil {
      let usual = root["model_type"]?.string.flatMap { Self.usual[$0] }
      object["model_type"] = usual.map(JSONValue.string)
    }
    self.object = object
  }

  package var document: JSONValue { .object(object) }

  package var modelType: String? { object["model_type"]?.string }

  /// Known family of the language model, which finds its tensors among those of a wrapper; nil if
  /// none has the type.
  package var family: Family? {
    guard let modelType else { return nil }
    guard var family = Family.known(modelType: modelType, document) else { return nil }
    family.wrapper = member
    let isWrapped = family.wrappedTypes.contains(modelType)
    if isWrapped { family.defaults.merge(family.wrappedDefaults) { $1 } }
    if member != nil || isWrapped {
      family.layouts[.transformers]?.renamings += TensorLayout.wrapperRenamings
    }
    return family
  }

  /// Remark on a language model within another model; nil for a plain language model.
  package var note: String? {
    member.map { "the language model is described in \($0): \(modelType ?? "of unknown type")" }
  }

  /// Activation, by the name that this program gives it if it knows it; nil if none is stated.
  package var activation: String? {
    let keys = ["hidden_activation", "hidden_act", "activation_function"]
    guard let name = keys.lazy.compactMap({ object[$0]?.string }).first else { return nil }
    return (family?.activations ?? Family.usualActivations)[name]?.rawValue ?? name
  }
}
