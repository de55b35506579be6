internal import Foundation

/// The small trained model of the repository, and its conversions, each made once for all tests.
package enum Fixture {
  package static let model = packageRoot.appending(path: "fixtures/tiny-llama")
    .path(percentEncoded: false)
  package static let calibrationText = model + "/calibration.txt"
  package static let heldOutText = model + "/heldout.txt"
  /// Enough text for figures, and little enough for many runs.
  package static let text = ["--text", calibrationText, "--max-tokens", "2048"]
  /// Four equal experts without routers and refits: quickly made, and enough for tests not about
  /// them.
  package static let plain = ["--recipe", "dynamoe", "--router", "none", "--no-keep-tokens"]

  /// A container that tests only read, with its report and the run of the program.
  package struct Conversion: Sendable {
    package let path: String
    package let report: String
    package let run: ProgramRun

    fileprivate init(_ name: String, _ options: [String]) throws {
      let folder = try SharedFolder.path(name)
      path = folder + "/t.dmoe"
      report = folder + "/t.report.json"
      run = try dynamoe(
        ["partition", Fixture.model, "-o", path, "--json"] + options + Fixture.text)
      guard run.exited, run.status == 0 else {
        throw FixtureError(description: "the fixture \(name) cannot be made: \(run)")
      }
    }
  }

  /// By the options of ``plain``.
  package static func converted() throws -> Conversion { try sharedPlain.get() }
  /// With routers and compensation, by the default recipe.
  package static func routed() throws -> Conversion { try sharedRouted.get() }
  /// With routers and thresholds, by the published method.
  package static func published() throws -> Conversion { try sharedPublished.get() }

  private static let sharedPlain = Result { try Conversion("plain", plain) }
  private static let sharedRouted = Result { try Conversion("routed", ["--no-keep-tokens"]) }
  private static let sharedPublished = Result {
    try Conversion("published", ["--recipe", "dynamoe", "--no-keep-tokens"])
  }

  /// The types of GGUF files; down projections of `q40` have blocks that run across neurons.
  package enum GGUFType: String, Sendable {
    case bf16
    case q40 = "q4_0"
    case q80 = "q8_0"
  }

  /// The model in GGUF, written by the package of llama.cpp's authors.
  package static func gguf(_ type: GGUFType) throws -> String {
    switch type {
    case .bf16: try sharedBF16.get()
    case .q40: try sharedQ40.get()
    case .q80: try sharedQ80.get()
    }
  }

  private static let sharedBF16 = Result { try write(.bf16) }
  private static let sharedQ40 = Result { try write(.q40) }
  private static let sharedQ80 = Result { try write(.q80) }

  private static func write(_ type: GGUFType) throws -> String {
    try writeGGUF([type.rawValue], to: SharedFolder.path("gguf") + "/\(type.rawValue).gguf")
  }

  /// Converts the model to GGUF: the type, then options of the script.
  @discardableResult
  package static func writeGGUF(_ arguments: [String], to path: String) throws -> String {
    _ = try python([model + "/to_gguf.py", model, path] + arguments)
    return path
  }

  /// The text of a file of the model's folder.
  package static func read(_ name: String) throws -> String {
    String(decoding: try bytes(at: model + "/" + name), as: UTF8.self)
  }
}

package struct FixtureError: Error, CustomStringConvertible {
  package let description: String
}

extension TemporaryFolder {
  /// Copies the files of the fixture that make a model, or some of them, and returns their folder.
  package func copyModel(
    _ files: [String] = [
      "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    ], to name: String = "model"
  ) throws -> String {
    for file in files {
      try write(try bytes(at: Fixture.model + "/" + file), to: "\(name)/\(file)")
    }
    return path(name)
  }
}
