extension JSONField {
  package func mustBe(_ text: String) throws(JSONFieldError) -> String {
    guard try string() == text else { throw mismatch(expected: "\"\(text)\"") }
    return text
  }

  /// Member of an object; nil only if absent: a null stays a field, neither string nor object.
  package func stated(_ name: String) throws(JSONFieldError) -> JSONField? {
    guard let object = value.object else { throw mismatch(expected: "an object") }
    return object[name] == nil ? nil : try member(name)
  }
}
