import Foundation
import JSON
import Tensors
import TestSupport

/// The safetensors library for Python, run by peer.py.
enum Peer {
  private static let script =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py").path

  /// One verdict per file: "accept", or "reject: REASON".
  static func judge(_ files: [[UInt8]]) throws -> [String] {
    let input = files.flatMap { file in
      (0..<4).map { UInt8(truncatingIfNeeded: file.count >> (8 * $0)) } + file
    }
    return try lines(python([script, "judge"], input: input))
  }

  /// Contents of each file as the library loads it.
  static func describe(_ paths: [String]) throws -> [JSONValue] {
    try lines(python([script, "describe"] + paths)).map { try JSONScanner.scan(Array($0.utf8)) }
  }

  /// Writes files into a folder with the library.
  static func write(
    _ files: [(name: String, tensors: [(TensorDescription, [UInt8])], metadata: JSONValue)],
    to folder: String
  ) throws {
    let input = files.flatMap { file in
      let tensors = file.tensors.map { tensor, bytes in
        JSONValue.array([
          .string(tensor.name.text), .string(tensor.elementType.rawValue),
          .array(tensor.shape.map(JSONValue.int)), .string(hexadecimal(bytes)),
        ])
      }
      return JSONWriter.write([
        "file": .string(file.name), "metadata": file.metadata, "tensors": .array(tensors),
      ]) + [UInt8(ascii: "\n")]
    }
    _ = try python([script, "write", folder], input: input)
  }

  private static func lines(_ output: [UInt8]) -> [String] {
    String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
