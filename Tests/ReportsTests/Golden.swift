import Foundation
import TestSupport
import Testing

/// Compares text with a file in Golden; writes the file instead if DYNAMOE_RECORD_GOLDEN is set.
func expectGolden(_ text: String, _ name: String) throws {
  let path = "Tests/ReportsTests/Golden/\(name)"
  if ProcessInfo.processInfo.environment["DYNAMOE_RECORD_GOLDEN"] != nil {
    try Data(text.utf8).write(to: packageRoot.appending(path: path))
  }
  let golden = String(decoding: try fixture(path), as: UTF8.self)
  #expect(text == golden, "see \(path)")
}
