import Foundation
import TestSupport

/// The fixture in GGUF, made by the package of llama.cpp's authors, once for all tests.
enum GGUFFixture {
  static func bf16() throws -> String { try sharedBF16.get() }
  /// Its down projections have blocks that run across neurons.
  static func q40() throws -> String { try sharedQ40.get() }

  private static let sharedBF16 = Result { try shared("bf16") }
  private static let sharedQ40 = Result { try shared("q4_0") }

  /// Converts the fixture: the type, then options of the script.
  @discardableResult
  static func write(_ arguments: [String], to path: String) throws -> String {
    let script = packageRoot.appending(path: "fixtures/tiny-llama/to_gguf.py").path
    _ = try python([script, Fixture.model, path] + arguments)
    return path
  }

  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "dynamoe-tests-gguf-\(getpid())/").path(percentEncoded: false)

  private static func shared(_ type: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: GGUFFixture.folder) }
    return try write([type], to: folder + type + ".gguf")
  }
}
