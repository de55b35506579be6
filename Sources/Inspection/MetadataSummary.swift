package import Checkpoints
import Containers
import GGUF
package import JSON
import Safetensors

/// Metadata of a checkpoint: keys and values.
package struct MetadataSummary: Sendable {
  package struct Line: Sendable {
    package let key: String
    /// Type name as in the file format.
    package let type: String
    /// Nil for arrays, which are not decoded.
    package let value: JSONValue?
    /// Number of elements of an array; nil for other values.
    package let count: Int?
  }

  package let lines: [Line]

  init(_ checkpoint: Checkpoint) throws {
    if let metadata = try checkpoint.metadata() {
      lines = try metadata.entries.map { entry in
        let isArray = entry.type == .array
        return Line(
          key: entry.key, type: entry.typeText,
          value: isArray ? nil : Self.json(try metadata.value(of: entry)),
          count: isArray ? entry.count : nil)
      }
    } else if case .dense(.safetensors(let reader)) = checkpoint.storage {
      lines = (reader.files.first?.metadata ?? []).map {
        Line(key: $0.key, type: "string", value: .string($0.value), count: nil)
      }
    } else {
      lines = []
    }
  }

  /// Reads the whole value of one key.
  ///
  /// - Throws: ``InspectionError`` for an unknown key, with the names of the known ones.
  package static func value(
    of key: String, in checkpoint: Checkpoint
  ) throws -> (type: String, value: JSONValue) {
    if let metadata = try checkpoint.metadata(), let entry = metadata.entry(key) {
      return (entry.typeText, json(try metadata.value(of: entry)))
    }
    let lines = try MetadataSummary(checkpoint).lines
    guard let line = lines.first(where: { $0.key == key }), let value = line.value else {
      throw InspectionError.unknownKey(key, path: checkpoint.path, known: lines.map(\.key))
    }
    return (line.type, value)
  }

  private static func json(_ value: GGUFValue) -> JSONValue {
    switch value {
    case .string(let bytes): .string(String(decoding: bytes, as: UTF8.self))
    case .bool(let value): .bool(value)
    // The shortest decimal of the float, instead of that of the widened double.
    case .f32(let value): .double(Double("\(value)") ?? Double(value))
    case .u64(let value): Int(exactly: value).map { .int($0) } ?? .string("\(value)")
    case .array(let array): json(array)
    default: value.int.map { .int($0) } ?? value.double.map { .double($0) } ?? .null
    }
  }

  private static func json(_ array: GGUFArray) -> JSONValue {
    switch array {
    case .bool(let values): .array(values.map { .bool($0) })
    case .string(let values): .array(values.map { .string(String(decoding: $0, as: UTF8.self)) })
    case .u64(let values): .array(values.map { json(.u64($0)) })
    case .f64(let values): .array(values.map { .double($0) })
    default:
      .array(
        array.ints?.map { .int($0) } ?? array.floats?.map { json(.f32($0)) } ?? [])
    }
  }
}
