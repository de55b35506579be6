import JSON

/// Access by paths as in error messages, such as `sections[0].tensors[1].offset`.
extension JSONValue {
  /// Value at a path; null if there is none.
  subscript(path: String) -> JSONValue {
    get { Self.keys(path).reduce(self) { $0.child($1) ?? .null } }
    set { set(Self.keys(path)[...], newValue) }
  }

  /// Removes a member from its object, or an element from its array.
  mutating func remove(_ path: String) { set(Self.keys(path)[...], nil) }

  /// All paths below this value, without its own.
  var paths: [String] {
    switch self {
    case .array(let elements):
      elements.enumerated().flatMap { index, element in
        ["[\(index)]"] + element.paths.map { Self.join("[\(index)]", $0) }
      }
    case .object(let object):
      object.members.flatMap { member in
        [member.name]
          + member.value.paths.map { Self.join(member.name, $0) }
      }
    default: []
    }
  }

  private static func join(_ path: String, _ rest: String) -> String {
    rest.hasPrefix("[") ? path + rest : "\(path).\(rest)"
  }

  enum PathStep {
    case name(String)
    case index(Int)
  }

  private static func keys(_ path: String) -> [PathStep] {
    path.split { $0 == "." || $0 == "[" }.map { part in
      part.hasSuffix("]") ? .index(Int(part.dropLast()) ?? 0) : .name(String(part))
    }
  }

  private func child(_ key: PathStep) -> JSONValue? {
    switch key {
    case .name(let name): object?[name]
    case .index(let index): array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
    }
  }

  private mutating func set(_ keys: ArraySlice<PathStep>, _ value: JSONValue?) {
    guard let key = keys.first else {
      if let value { self = value }
      return
    }
    var inner = child(key)
    if keys.count > 1 {
      inner?.set(keys.dropFirst(), value)
    } else {
      inner = value
    }
    switch (key, self) {
    case (.name(let name), .object(var object)):
      object[name] = inner
      self = .object(object)
    case (.index(let index), .array(var array)):
      if let inner, index < array.count {
        array[index] = inner
      } else if let inner {
        array.append(inner)
      } else {
        array.remove(at: index)
      }
      self = .array(array)
    default: break
    }
  }
}
