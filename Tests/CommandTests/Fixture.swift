import Foundation
import JSON
import TestSupport
import Testing

extension TemporaryFolder {
  /// All paths below the folder.
  func everything() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
  }
}

/// The JSON that a run prints.
func document(_ arguments: [String]) throws -> JSONValue {
  try JSONScanner.scan(Array(try expectDone(arguments).utf8))
}

/// A report without `timing`, the only part that differs between runs.
func untimed(_ path: String) throws -> [UInt8] {
  var report = try #require(JSONScanner.scan(bytes(at: path)).object)
  #expect(report["timing"] != nil)
  report["timing"] = nil
  return JSONWriter.write(.object(report), layout: .indented)
}
