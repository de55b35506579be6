import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Runs every seed and every finding of the fuzzer through its target once.
@Suite struct ReplayTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: Self.files("beside").path, toPath: folder.path("beside"))
  }

  private static func files(_ name: String) -> URL {
    packageRoot.appending(path: "fixtures/fuzz").appending(path: name)
  }

  /// Seeds must be accepted: a seed refused early would not reach the code behind the refusal.
  @Test(arguments: FuzzTarget.allCases)
  func `every seed is taken`(_ target: FuzzTarget) throws {
    var seeds = Self.contents("seeds/\(target.rawValue)")
    switch target {
    case .config: seeds += Self.families("config.json")
    case .ggufModel: seeds += Self.families("model.gguf")
    case .tokenizer: seeds += Self.families("tokenizer.json")
    default: break
    }
    try #require(!seeds.isEmpty)
    let told = try replay(target, seeds)
    #expect(told.count == seeds.count)
    for line in told { #expect(line.hasSuffix(": taken") || Self.isOfAnotherModel(target, line)) }
  }

  /// The weights next to the configurations fit only one of them.
  private static func isOfAnotherModel(_ target: FuzzTarget, _ line: Substring) -> Bool {
    target == .config && line.contains("/families/")
  }

  @Test(arguments: FuzzTarget.allCases)
  func `what fuzzing has found comes to a good end`(_ target: FuzzTarget) throws {
    let found = Self.contents("findings/\(target.rawValue)")
    #expect(try replay(target, found).count == found.count)
  }

  private func replay(_ target: FuzzTarget, _ files: [String]) throws -> [Substring] {
    let program = URL(filePath: programPath).deletingLastPathComponent().appending(path: "Fuzz")
    let run = try run(program.path, [target.rawValue, folder.path("beside")] + files)
    #expect(run.exited && run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n")
  }

  private static func contents(_ name: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: files(name).path)
    return (names ?? []).sorted().map { files(name).appending(path: $0).path }
  }

  private static func families(_ name: String) -> [String] {
    let folder = packageRoot.appending(path: "fixtures/families").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().map { "\(folder)/\($0)/\(name)" }
      .filter(FileManager.default.fileExists(atPath:))
  }
}
