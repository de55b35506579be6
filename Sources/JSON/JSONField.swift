/// JSON value with its path in the document, so that errors can name the field.
package struct JSONField: Sendable {
  package let path: String
  package let value: JSONValue

  package init(_ value: JSONValue, path: String = "") {
    self.path = path
    self.value = value
  }

  /// Required member of an object.
  package func member(_ name: String) throws(JSONFieldError) -> JSONField {
    guard let object = value.object else { throw mismatch(expected: "an object") }
    guard let member = object[name] else {
      throw JSONFieldError(field: join(name), expected: "a value", found: "nothing")
    }
    return JSONField(member, path: join(name))
  }

  /// Optional member of an object; nil if absent or null.
  package func optional(_ name: String) throws(JSONFieldError) -> JSONField? {
    guard let object = value.object else { throw mismatch(expected: "an object") }
    guard let member = object[name], !member.isNull else { return nil }
    return JSONField(member, path: join(name))
  }

  package func elements() throws(JSONFieldError) -> [JSONField] {
    guard let array = value.array else { throw mismatch(expected: "an array") }
    return array.enumerated().map { JSONField($1, path: "\(path)[\($0)]") }
  }

  package func members() throws(JSONFieldError) -> [(name: String, field: JSONField)] {
    guard let object = value.object else { throw mismatch(expected: "an object") }
    return object.members.map { ($0.name, JSONField($0.value, path: join($0.name))) }
  }

  package func string() throws(JSONFieldError) -> String {
    guard let string = value.string else { throw mismatch(expected: "a string") }
    return string
  }

  package func bool() throws(JSONFieldError) -> Bool {
    guard let bool = value.bool else { throw mismatch(expected: "true or false") }
    return bool
  }

  package func double() throws(JSONFieldError) -> Double {
    guard let double = value.double, double.isFinite else { throw mismatch(expected: "a number") }
    return double
  }

  package func int(
    in range: ClosedRange<Int> = 0...Int.max
  ) throws(JSONFieldError) -> Int {
    guard let int = value.int, range.contains(int) else {
      let end = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
      throw mismatch(expected: "a whole number, at least \(range.lowerBound)\(end)")
    }
    return int
  }

  /// Error for this field; `isUnsupported` tells that the value may be valid.
  package func mismatch(expected: String, isUnsupported: Bool = false) -> JSONFieldError {
    let found =
      switch value {
      case .null, .bool, .number, .string: JSONWriter.text(value)
      case .array, .object: value.kind
      }
    return JSONFieldError(
      field: path, expected: expected, found: String(found.unicodeScalars.prefix(80)),
      isUnsupported: isUnsupported)
  }

  private func join(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// Field with a missing or unexpected value.
package struct JSONFieldError: Error, Equatable, Sendable, CustomStringConvertible {
  package let field: String
  package let expected: String
  package let found: String
  /// Whether the value may be valid, and is only not supported.
  package let isUnsupported: Bool

  package init(field: String, expected: String, found: String, isUnsupported: Bool = false) {
    self.field = field
    self.expected = expected
    self.found = found
    self.isUnsupported = isUnsupported
  }

  package var description: String {
    "\(field.isEmpty ? "the document" : field): expected \(expected), found \(found)"
  }
}
