import Foundation
import JSON
import TestSupport
import Testing

/// The small trained model of the repository, and its texts.
enum Fixture {
  static let model = packageRoot.appending(path: "fixtures/tiny-llama").path(percentEncoded: false)
  static let calibrationText = model + "/calibration.txt"
  static let heldOutText = model + "/heldout.txt"
  /// Enough text for figures, and little enough for many runs.
  static let text = ["--text", calibrationText, "--max-tokens", "2048"]

  /// Four equal experts without routers: quickly made, and enough where routing is not the point.
  static let plain = ["--recipe", "dynamoe", "--router", "none"]

  /// The model, converted once for all tests.
  static func converted() throws -> Converted { try shared.get() }

  private static let shared = Result { try Converted("plain", plain) }

  /// The model with routers and compensation, by the usual recipe.
  static func routed() throws -> Converted { try sharedRouted.get() }

  private static let sharedRouted = Result { try Converted("routed", []) }
}

/// A conversion that only reading tests share.
final class Converted: Sendable {
  let path: String
  let report: String
  let run: ProgramRun

  fileprivate init(_ name: String, _ options: [String]) throws {
    let folder = Self.folder + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What lives until the end of the process is not let go of by Swift.
    atexit { try? FileManager.default.removeItem(atPath: Converted.folder) }
    path = folder + "/t.dmoe"
    report = folder + "/t.report.json"
    run = try dynamoe(
      ["partition", Fixture.model, "-o", path, "--json"] + options + Fixture.text)
  }

  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "dynamoe-tests-converted-\(getpid())/").path(percentEncoded: false)
}

extension TemporaryFolder {
  /// A copy of the fixture that a test may change.
  func copyOfFixture(_ name: String = "model") throws -> String {
    try FileManager.default.copyItem(atPath: Fixture.model, toPath: path(name))
    return path(name)
  }

  /// Everything in the folder, at any depth.
  func everything() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
  }
}

func bytes(of path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}

/// A report without `timing`, the one part that is not the same twice.
func untimed(_ path: String) throws -> [UInt8] {
  var report = try #require(JSONScanner.scan(bytes(of: path)).object)
  #expect(report["timing"] != nil)
  report["timing"] = nil
  return JSONWriter.write(.object(report), layout: .indented)
}
