import DynamoeKit
import Foundation
import TestSupport
import Testing

/// The small trained model of the repository, and what the program makes of it.
enum Fixture {
  static let model = packageRoot.appending(path: "fixtures/tiny-llama").path(percentEncoded: false)

  /// With routers and budgets, by the usual recipe.
  static func residual() throws -> String { try sharedResidual.get() }
  /// With routers and thresholds, by the published method.
  static func published() throws -> String { try sharedPublished.get() }
  /// In GGUF, with quantised matrices.
  static func quantized() throws -> String { try sharedQuantized.get() }

  private static let sharedResidual = Result { try partition("residual") }
  private static let sharedPublished = Result { try partition("dynamoe") }
  private static let sharedQuantized = Result {
    let path = try place("q4_0.gguf")
    _ = try python([model + "/to_gguf.py", model, path, "q4_0"])
    return path
  }

  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "dynamoe-tests-library-\(getpid())/").path(percentEncoded: false)

  private static func place(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What lives until the end of the process is not let go of by Swift.
    atexit { try? FileManager.default.removeItem(atPath: Fixture.folder) }
    return folder + name
  }

  private static func partition(_ recipe: String) throws -> String {
    let path = try place("\(recipe).dmoe")
    let run = try dynamoe([
      "partition", model, "-o", path, "--recipe", recipe, "--text", model + "/calibration.txt",
      "--max-tokens", "2048",
    ])
    try #require(run.exited && run.status == 0, "\(run)")
    return path
  }

  /// Held-out text in windows of at most 64 positions.
  static func windows(_ count: Int = 4) throws -> [[Int]] {
    let tokenizer = try Tokenizer(Model(Checkpoint(path: model)))
    return Array(try tokenizer.windows(of: try text("heldout.txt"), context: 64).prefix(count))
  }

  static func text(_ name: String) throws -> String {
    String(decoding: try fixture("fixtures/tiny-llama/\(name)"), as: UTF8.self)
  }
}

/// Expects an error of one kind, in whose message every mention stands.
func expectError(
  _ category: DynamoeError.Category, _ mentions: String...,
  sourceLocation: SourceLocation = #_sourceLocation, of work: () throws -> Void
) {
  do {
    try work()
    Issue.record("no error", sourceLocation: sourceLocation)
  } catch let error as DynamoeError {
    #expect(error.category == category, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.message.contains("\n"), "\(error)", sourceLocation: sourceLocation)
    for mention in mentions {
      #expect(error.message.contains(mention), "\(error)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}
