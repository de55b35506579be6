import Architectures
import Checkpoints
import Containers
package import JSON

extension FolderContents {
  /// `config.json` of the folder: the source's, with the changes for the experts.
  ///
  /// For a single full expert it equals the source's byte for byte, unless that names code.
  func configuration() throws -> [UInt8] {
    let name = "config.json"
    guard let bytes = try checkpoint.companion(name), let document = try configurationDocument()
    else { throw ModelError.noConfiguration(path: checkpoint.path) }
    let isUnchanged = try isDense && document == checkpoint.document(name)
    return isUnchanged ? bytes : JSONWriter.write(document, layout: .indented) + [0x0A]
  }

  /// A file beside the tensors: the source's, without references to code that is left behind.
  package func companion(_ name: String) throws -> [UInt8]? {
    guard let bytes = try checkpoint.companion(name) else { return nil }
    // Only the folder's own code may be named in a folder with routers.
    guard name == "tokenizer_config.json",
      let object = (try? checkpoint.document(name))?.object,
      let changed = CodeReferences.removed(from: object, keepingRepositories: routed == nil)
    else { return bytes }
    return JSONWriter.write(.object(changed), layout: .indented) + [0x0A]
  }

  /// The same document as a JSON value.
  package func configurationDocument() throws -> JSONValue? {
    guard var object = try checkpoint.document("config.json")?.object else { return nil }
    object = CodeReferences.removed(from: object, keepingRepositories: true) ?? object
    // The weights are plain, and in a file of the usual name.
    for key in ["quantization_config", "transformers_weights"] { object[key] = nil }
    if let routed {
      object["model_type"] = .string(routed.dynamoeModelType)
      object["architectures"] = ["DynamoeForCausalLM"]
      object["auto_map"] = RemoteCode.classes
      object[RoutedConfiguration.key] = routed.document
      return .object(object)
    }
    // The source may leave its width to a default, as GPT-2 does.
    if isDense { return .object(object) }
    let model = try Model(checkpoint)
    let member = model.family.wrapper.flatMap { object[$0]?.object == nil ? nil : $0 }
    var language = member.flatMap { object[$0]?.object } ?? object
    func changed(_ settings: [(name: String, value: JSONValue?)]) -> JSONValue {
      for (name, value) in settings { language[name] = value }
      guard let member else { return .object(language) }
      object[member] = .object(language)
      return .object(object)
    }
    if let settings = try LayerWidthSettings(
      model, expert: expert ?? 0, widths: widths, in: language)
    {
      return changed(settings.members)
    }
    guard let width else {
      let expert = expert ?? 0
      do {
        return .object(try DeciLMConfiguration(model, widths: widths).document(object))
      } catch {
        throw FormError.mixedWidths(expert: expert, widths: widths, error)
      }
    }
    // A family that the user describes may name the width differently.
    guard let key = model.family.keys.intermediateSize else {
      throw FormError.derivedWidth(
        family: model.family.name, hasGGUF: model.family.gguf != nil)
    }
    var settings = model.family.widthSettings
    settings[key] = .int(width)
    return changed(settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }
}
