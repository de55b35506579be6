import Architectures
import Checkpoints
import Containers
package import JSON

extension FolderContents {
  /// `config.json` of the folder: the source's, with the changes for the experts.
  ///
  /// For a single full expert it equals the source's byte for byte.
  func configuration() throws -> [UInt8] {
    let name = "config.json"
    guard let bytes = try checkpoint.companion(name), let document = try configurationDocument()
    else { throw ModelError.noConfiguration(path: checkpoint.path) }
    return isDense ? bytes : JSONWriter.write(document, layout: .indented) + [0x0A]
  }

  /// The same document as a JSON value.
  package func configurationDocument() throws -> JSONValue? {
    guard var object = try checkpoint.document("config.json")?.object else { return nil }
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
    guard let width else {
      let expert = expert ?? 0
      do {
        return .object(try DeciLMConfiguration(model, widths: widths).document(object))
      } catch {
        throw FormError.mixedWidths(expert: expert, widths: widths, error)
      }
    }
    // A family that the user describes may name the width differently.
    object[model.family.keys.intermediateSize] = .int(width)
    return .object(object)
  }
}
