import DMOE
import Foundation
import JSON
import Tensors
import TestSupport
import Testing

/// A file with one invalid part, and the field that the error must name.
struct SpoiltFile: Sendable, CustomTestStringConvertible {
  let name: String
  let field: String
  let spoil: @Sendable (inout Draft) throws -> Void

  var testDescription: String { name }

  init(
    _ name: String, _ field: String, _ spoil: @escaping @Sendable (inout Draft) throws -> Void
  ) {
    self.name = name
    self.field = field
    self.spoil = spoil
  }

  /// A file with another value in a field of the directory.
  init(_ path: String, _ value: JSONValue, names field: String? = nil) {
    self.init("\(path): \(JSONWriter.text(value).prefix(40))", field ?? path) {
      $0.directory[path] = value
    }
  }
}

/// Error of the reader for a file; nil if it opens and every byte can be read.
func refusal(of path: String) throws -> DMOEError? {
  do {
    let reader = try DMOEReader(path: path)
    for section in reader.sectionsHeld {
      for tensor in section.tensors { _ = try reader.read(tensor) }
    }
    for layer in 0..<reader.directory.model.layers { _ = try reader.permutation(layer: layer) }
    try reader.checkPadding()
    return nil
  } catch let error as DMOEError {
    return error
  } catch let error as TensorError {
    return .tensor(error)
  }
}

extension DMOEError {
  /// Field named by the error.
  var field: String {
    switch self {
    case .directory(_, let error): error.field
    case .preamble(_, let field, _, _, _): field
    case .checksum(_, let part, _, _): part
    case .unknownVersion: "version"
    case .unknownFeature: "requires"
    case .notContainer: "magic"
    case .directoryText: "text"
    case .cutInside(_, let section, _, _): section
    case .trailingBytes: "trailing bytes"
    case .permutation: "permutation"
    case .padding: "padding"
    case .tensor: "tensor"
    case .file: "file"
    case .incomplete: "incomplete"
    case .part: "part"
    }
  }
}

/// Parses a number of any size, as written in a file.
func number(_ text: String) -> JSONValue { (try? JSONScanner.scan(Array(text.utf8))) ?? .null }
