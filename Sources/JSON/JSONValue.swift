/// JSON document or part of one (RFC 8259); keeps the order of members.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  package var isNull: Bool { self == .null }

  /// Value as an integer; nil for numbers written with a fraction or an exponent.
  package var int: Int? { if case .number(let value) = self { value.int } else { nil } }
  package var double: Double? { if case .number(let value) = self { value.double } else { nil } }

  /// Kind of value, in the words of an error message.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }

  package static func int(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }

  /// Number in its shortest decimal form; null if not finite, as JSON cannot express it.
  package static func double(_ value: Double) -> JSONValue {
    value.isFinite ? .number(JSONNumber(value)) : .null
  }

  /// Finite number with a point or an exponent, for readers that distinguish integers from floats.
  package static func fraction(_ value: Double) -> JSONValue {
    .number(JSONNumber(fraction: value))
  }

  /// Value, or null for nil.
  package init(_ value: Double?) { self = value.map(JSONValue.double) ?? .null }
  package init(_ value: Int?) { self = value.map(JSONValue.int) ?? .null }
  package init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
}
