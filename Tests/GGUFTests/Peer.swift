import Foundation
import GGUF
import TestSupport

/// The gguf package for Python, run by peer.py.
enum Peer {
  private static let script =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py").path

  /// Keys and tensors of each file as the package reads them, one line each.
  static func describe(_ paths: [String]) throws -> [[String]] {
    let output = String(decoding: try python([script, "describe"] + paths), as: UTF8.self)
    let lines = output.split(separator: "\n").map(String.init)
    return lines.split(separator: "end", omittingEmptySubsequences: false).dropLast().map {
      Array($0)
    }
  }

  /// Writes the package's samples into a folder.
  static func write(to folder: String) throws { _ = try python([script, "write", folder]) }

  /// Writes a big-endian copy with the package.
  static func swap(_ path: String, to copy: String) throws {
    _ = try python([script, "swap", path, copy])
  }
}

/// The lines of ``Peer/describe(_:)`` from our reader.
func describe(_ reader: GGUFReader) throws -> [String] {
  try describe(reader.metadata) + describeTensors(reader)
}

func describe(_ metadata: GGUFMetadata) throws -> [String] {
  try metadata.entries.map { entry in
    let value = try metadata.value(of: entry)
    let type = entry.elementType.map { "\($0)[\(entry.count)]" } ?? "\(entry.type)"
    let values = value.array.map(words) ?? [words(value)]
    return ["key", entry.key, type, values.joined(separator: ",")].joined(separator: "\t")
  }
}

func describeTensors(_ reader: GGUFReader) throws -> [String] {
  try reader.tensors.map { tensor in
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    let bytes = hexadecimal(try reader.read(tensor.name))
    return ["tensor", tensor.name.text, tensor.elementType.rawValue, shape, bytes]
      .joined(separator: "\t")
  }
}

private func words(_ value: GGUFValue) -> String {
  switch value {
  case .u64(let value): "\(value)"
  case .f32(let value): digits(value.bitPattern)
  case .f64(let value): digits(value.bitPattern)
  case .bool(let value): value ? "1" : "0"
  case .string(let value): hexadecimal(value)
  default: value.int.map { "\($0)" } ?? "?"
  }
}

private func words(_ array: GGUFArray) -> [String] {
  switch array {
  case .u64(let values): values.map { "\($0)" }
  case .f32(let values): values.map { digits($0.bitPattern) }
  case .f64(let values): values.map { digits($0.bitPattern) }
  case .bool(let values): values.map { $0 ? "1" : "0" }
  case .string(let values): values.map(hexadecimal)
  default: array.ints?.map { "\($0)" } ?? ["?"]
  }
}

private func digits<Word: FixedWidthInteger>(_ word: Word) -> String {
  let text = String(word, radix: 16)
  return String(repeating: "0", count: Word.bitWidth / 4 - text.count) + text
}
