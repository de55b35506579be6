import JSON

extension Family {
  /// Configuration with the family's own names of keys, and Transformers' values of missing ones.
  ///
  /// A key that is null is present: null turns off what it describes.
  func completed(_ document: JSONValue) -> JSONValue {
    guard var object = document.object else { return document }
    if let keyGroup, let group = object[keyGroup]?.object {
      for member in group.members where object[member.name] == nil {
        object[member.name] = member.value
      }
    }
    for (alias, key) in aliases.sorted(by: { $0.key < $1.key }) {
      guard let value = object[alias] else { continue }
      // Transformers sets it after the key.
      object[key] = value
    }
    for (key, value) in defaults.sorted(by: { $0.key < $1.key }) where object[key] == nil {
      object[key] = value
    }
    return .object(object)
  }
}
