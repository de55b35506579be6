import JSON
import Tensors

/// Conversion of JSON values of a header into tensors and metadata; errors name the faulty place.
struct HeaderContext {
  let path: String

  func object(_ value: JSONValue, at place: @autoclosure () -> String)
    throws(SafetensorsError) -> JSONObject
  {
    guard let object = value.object else {
      throw unexpected(value, at: place(), expected: "an object")
    }
    return object
  }

  /// Reads `__metadata__`: strings by key; nil for null.
  func metadata(_ value: JSONValue) throws(SafetensorsError) -> [(key: String, value: String)]? {
    guard !value.isNull else { return nil }
    let key = SafetensorsHeader.metadataKey
    return try object(value, at: key).members.map { member throws(SafetensorsError) in
      guard let text = member.value.string else {
        throw unexpected(
          member.value, at: "\(key), key \(quoted(member.name))", expected: "a string")
      }
      return (member.name, text)
    }
  }

  /// Reads the record of a tensor, and checks its size against its offsets.
  ///
  /// Skips unknown members, which a later version may have added.
  func tensor(_ name: TensorName, _ value: JSONValue)
    throws(SafetensorsError) -> (begin: Int, end: Int, description: TensorDescription)
  {
    let object = try object(value, at: "tensor \(quoted(name.text))")
    let type = try elementType(of: name, try field("dtype", of: name, in: object))
    let shape = try integers(of: name, "shape", in: object)
    let offsets = try integers(of: name, "data_offsets", in: object)
    guard offsets.count == 2 else {
      throw SafetensorsError.unexpectedValue(
        path: path, place: place(name, "data_offsets"), expected: "2 offsets",
        found: "\(offsets.count)")
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard end >= begin else {
      throw SafetensorsError.reversedOffsets(path: path, tensor: name, begin: begin, end: end)
    }
    guard let elements = TensorDescription.elementCount(of: shape) else {
      throw SafetensorsError.sizeOverflow(path: path, tensor: name, shape: shape)
    }
    guard elements % type.block.elements == 0 else {
      throw SafetensorsError.partialByte(path: path, tensor: name, type: type, elements: elements)
    }
    guard let description = TensorDescription(name: name, elementType: type, shape: shape) else {
      throw SafetensorsError.sizeOverflow(path: path, tensor: name, shape: shape)
    }
    guard description.byteCount == end - begin else {
      throw SafetensorsError.wrongSize(
        path: path, tensor: name, expected: description.byteCount, found: end - begin)
    }
    return (begin, end, description)
  }

  /// Checks that a tensor begins where the tensor before it ends, without gap or overlap.
  func checkPlace(_ begin: Int, of tensor: TensorName, after end: Int) throws(SafetensorsError) {
    if begin > end {
      throw SafetensorsError.hole(path: path, tensor: tensor, expected: end, found: begin)
    }
    if begin < end {
      throw SafetensorsError.overlap(path: path, tensor: tensor, expected: end, found: begin)
    }
  }

  private func elementType(of name: TensorName, _ value: JSONValue)
    throws(SafetensorsError) -> ElementType
  {
    guard let text = value.string else {
      throw unexpected(value, at: place(name, "dtype"), expected: "a string")
    }
    guard let type = ElementType(rawValue: text), !type.isQuantized else {
      throw SafetensorsError.unknownElementType(path: path, tensor: name, found: text)
    }
    return type
  }

  private func integers(of name: TensorName, _ field: String, in object: JSONObject)
    throws(SafetensorsError) -> [Int]
  {
    let value = try self.field(field, of: name, in: object)
    guard let elements = value.array else {
      throw unexpected(value, at: place(name, field), expected: "an array")
    }
    return try elements.map { element throws(SafetensorsError) in
      guard let integer = element.int, integer >= 0 else {
        throw unexpected(
          element, at: place(name, field), expected: "integers from 0 to \(Int.max)")
      }
      return integer
    }
  }

  private func field(_ field: String, of name: TensorName, in object: JSONObject)
    throws(SafetensorsError) -> JSONValue
  {
    guard let value = object[field] else {
      throw SafetensorsError.missingField(path: path, tensor: name, field: field)
    }
    return value
  }

  private func place(_ name: TensorName, _ field: String) -> String {
    "tensor \(quoted(name.text)), \(field)"
  }

  private func unexpected(
    _ value: JSONValue, at place: String, expected: String
  ) -> SafetensorsError {
    let found =
      switch value {
      case .number(let number): String(number.text.prefix(40))
      case .string(let text): "the string \(quoted(text))"
      default: value.kind
      }
    return .unexpectedValue(path: path, place: place, expected: expected, found: found)
  }
}
