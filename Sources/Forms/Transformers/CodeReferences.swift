import JSON

/// References of a JSON document to Python code that Transformers would run.
///
/// `configuration_x.XConfig` lies beside the document, and is not exported;
/// `organisation/name--configuration_x.XConfig` lies in a repository of the Hub.
enum CodeReferences {
  /// Members that refer to code: an object of classes, or a class.
  private static let keys = ["auto_map", "custom_pipelines"]

  /// The document without references to code beside it, and if asked to, without those to
  /// repositories; nil if it has none.
  static func removed(from object: JSONObject, keepingRepositories: Bool) -> JSONObject? {
    var changed = object
    for key in keys {
      guard let value = object[key] else { continue }
      func isKept(_ value: JSONValue) -> Bool { keepingRepositories && !namesCodeBeside(value) }
      if let classes = value.object {
        let kept = classes.members.filter { isKept($0.value) }
        changed[key] = kept.isEmpty ? nil : .object(JSONObject(kept))
      } else if !isKept(value) {
        changed[key] = nil
      }
    }
    return changed == object ? nil : changed
  }

  /// Whether a class, a list of classes or a description with a class names code beside the
  /// document.
  private static func namesCodeBeside(_ value: JSONValue) -> Bool {
    if let name = value.string { return !name.contains("--") }
    if let names = value.array { return names.contains(where: namesCodeBeside) }
    return value.object?["impl"].map(namesCodeBeside) ?? false
  }
}
