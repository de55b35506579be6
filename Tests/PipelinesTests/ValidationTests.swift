import Calibration
import Checkpoints
import Checks
import DMOE
import Kernels
import TestSupport
import Testing
import Work

@Suite struct ValidationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func validate(
    _ path: String, against source: String? = nil, text: TextRequest? = nil,
    requiresComplete: Bool = false
  ) throws -> Validation {
    Validation(
      try Checkpoint(path: path), against: try source.map { try Checkpoint(path: $0) }, text: text,
      requiresComplete: requiresComplete, Context(Parallel(threads: 1)))
  }

  /// Checks of containers; the others apply to exports only, or to containers that keep tokens.
  private static let ofContainers = Validation.catalogue.map(\.id)
    .filter { !["routed", "export", "gguf", "calibration"].contains($0) }
  /// Checks that run only on request.
  private static let onDemand = ["complete", "function"]

  @Test func `a container is asked everything in the catalogue, in its order`() throws {
    let text = TextRequest(
      paths: [Fixture.heldOutText], maximumTokens: 300, context: 128,
      beginning: .auto, parsingSpecial: false)
    let asked = try validate(
      Converted.path(), against: Fixture.model, text: text, requiresComplete: true)
    #expect(asked.isValid && asked.isComplete)
    #expect(asked.results.map(\.id) == Self.ofContainers)
    let open = asked.results.filter { $0.outcome.status != .passed }.map(\.id)
    // Skipped: there are no routers, and no report under the default name.
    #expect(open == ["routing", "report"])
    let plain = try validate(Converted.path(), against: Fixture.model)
    #expect(
      plain.results.map(\.id)
        == Self.ofContainers.filter { !Self.onDemand.contains($0) })
    #expect(Set(Validation.catalogue.map(\.id)).count == Validation.catalogue.count)
    #expect(Validation.catalogue.allSatisfy { $0.summary.hasSuffix(".") })
  }

  @Test func `a dense checkpoint is asked what concerns it`() throws {
    let validation = try validate(Fixture.model)
    #expect(validation.isValid && validation.isComplete)
    #expect(
      validation.results.map(\.id) == ["structure", "configuration", "tokenizer", "finite"])
  }

  @Test func `a cut file is valid, and not complete`() throws {
    let path = try folder.write(EditedContainer().prefix(expert: 1), to: "cut")
    let validation = try validate(path, against: Fixture.model)
    #expect(validation.isValid && !validation.isComplete)
    #expect(validation.results[0].outcome.detail == "holds experts 0…1 of 4")
    #expect(validation.results.last?.outcome.status == .passed)
  }

  @Test func `one check that fails makes a file invalid, and the others are still asked`() throws {
    var edited = try EditedContainer()
    edited.set(1, at: edited.bytes.count - 1)
    let validation = try validate(folder.write(edited.bytes, to: "file"))
    #expect(!validation.isValid)
    #expect(validation.results.count == Self.ofContainers.count - Self.onDemand.count)
    #expect(validation.results.first { $0.id == "permutation" }?.outcome.status == .passed)
  }

  @Test func `a file that cannot be opened fails by its structure alone`() throws {
    let path = try folder.write(Array("DMOE".utf8), to: "file")
    let error = try #require(throws: ModelError.self) { try Checkpoint(path: path) }
    let validation = Validation(unopened: error)
    #expect(!validation.isValid && !validation.isComplete)
    #expect(validation.results.map(\.id) == [Validation.structureID])
    #expect(validation.results[0].outcome.detail.contains(path))
  }
}
