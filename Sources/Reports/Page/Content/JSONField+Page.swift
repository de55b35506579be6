import JSON

extension JSONField {
  /// Reads a member; nil if it is absent or null.
  func optional<Value>(
    _ name: String, _ read: (JSONField) throws(JSONFieldError) -> Value
  ) throws(JSONFieldError) -> Value? {
    guard let member = try optional(name) else { return nil }
    return try read(member)
  }

  /// Reads the elements of a member; empty if it is absent or null.
  func list<Value>(
    _ name: String, _ read: (JSONField) throws(JSONFieldError) -> Value
  ) throws(JSONFieldError) -> [Value] {
    var values: [Value] = []
    for element in try optional(name)?.elements() ?? [] { values.append(try read(element)) }
    return values
  }

  func optionalDouble(_ name: String) throws(JSONFieldError) -> Double? {
    try optional(name)?.double()
  }

  /// Reads numbers; empty if the member is absent or null.
  func doubles(_ name: String) throws(JSONFieldError) -> [Double] {
    try list(name) { field throws(JSONFieldError) in try field.double() }
  }

  func ints(_ name: String) throws(JSONFieldError) -> [Int] {
    try list(name) { field throws(JSONFieldError) in try field.int() }
  }
}
