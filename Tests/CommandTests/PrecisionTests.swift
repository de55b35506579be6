import JSON
import Kernels
import TestSupport
import Testing

/// Products in another precision than that of floats.
@Suite(.enabled(if: Precision.bf16.isAvailable)) struct PrecisionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func perplexity(_ precision: [String]) throws -> Double {
    let measured = try document(
      ["evaluate", Fixture.model, "--text", Fixture.heldOutText, "--max-tokens", "2048", "--json"]
        + precision)
    let variant = try #require(measured.object?["variants"]?.array?.first?.object)
    return try #require(variant["perplexity"]?.double)
  }

  @Test func `rounded products change figures a little, and only where they are asked for`() throws
  {
    let floats = try perplexity([])
    #expect(try perplexity(["--precision", "f32"]) == floats)
    let rounded = try perplexity(["--precision", "bf16"])
    #expect(rounded != floats && abs(rounded / floats - 1) < 1e-3)
    #expect(try perplexity(["--precision", "bf16", "--threads", "1"]) == rounded)
  }

  @Test func `a model partitioned in rounded products is exact, and its routers work`() throws {
    let file = folder.path("t.dmoe")
    let arguments = ["partition", Fixture.model, "-o", file, "--max-tokens", "2048"] + Fixture.text
    try expectDone(arguments + ["--precision", "bf16"])
    try expectDone(["validate", file, "--against", Fixture.model])
    let rounded = try bytes(at: file)
    try expectDone(arguments + ["--precision", "bf16", "--threads", "1", "--force"])
    #expect(try bytes(at: file) == rounded)
    try expectDone(arguments + ["--force"])
    #expect(try bytes(at: file) != rounded)
  }
}
