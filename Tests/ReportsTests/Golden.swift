import Foundation
import TestSupport
import Testing

/// Holds text against a file of Golden; with DYNAMOE_RECORD_GOLDEN set, writes the file instead.
func expectGolden(_ text: String, _ name: String) throws {
  let path = "Tests/ReportsTests/Golden/\(name)"
  if ProcessInfo.processInfo.environment["DYNAMOE_RECORD_GOLDEN"] != nil {
    try Data(text.utf8).write(to: packageRoot.appending(path: path))
  }
  let golden = String(decoding: try fixture(path), as: UTF8.self)
  #expect(text == golden, "see \(path)")
}
