import Calibration
import Checkpoints
import Evaluation
import Kernels
import Tensors
import TestSupport
import Testing

/// The dense model rounded to quantised types, compared with files written by the gguf package.
@Suite struct RoundingTests {
  private let model: Model

  init() throws { model = try Model(path: Fixture.model) }

  private func gguf(_ type: Fixture.GGUFType) throws -> Model {
    try Model(path: Fixture.gguf(type))
  }

  private func windows() throws -> [[Int]] {
    let request = TextRequest(
      paths: [Fixture.heldOutText], maximumTokens: 1500, context: 128,
      beginning: .auto, parsingSpecial: false)
    return try TextTokens(request, model: model, limit: 1500).windows()
  }

  @Test(arguments: [(Fixture.GGUFType.q80, ElementType.q80), (.q40, .q40)])
  func `what is rounded here is as good as a file that gguf quantised`(
    file: Fixture.GGUFType, type: ElementType
  ) throws {
    let windows = try windows()
    let result = try model.evaluator(threads: 2).evaluate(
      [.dense], roundings: ([type], model), on: windows)
    let rounded = try #require(result.rounded.first)
    let peer = try gguf(file)
    let other = try #require(try peer.evaluate([.dense], windows).figures.first)
    #expect(rounded.elementType == type && result.rounded.count == 1)
    #expect(abs(rounded.perplexity / other.perplexity - 1) < 1e-5)
    // The file stores the 9 norm vectors as F32, the source as BF16.
    #expect(Double(rounded.bytesPerToken + 2 * 9 * 128) == other.work.bytesPerToken)

    let dense = try #require(result.figures.first).perplexity
    let divergence = rounded.divergence
    #expect(abs(divergence.perplexityRatio.value - rounded.perplexity / dense) < 1e-5)
    #expect(divergence.perplexityRatio.standardError < 0.02)
    #expect(divergence.meanKLD.value > (type == .q80 ? 1e-5 : 0.01))
    #expect(divergence.sameTopP.value > (type == .q80 ? 0.98 : 0.75))
  }

  @Test func `the number of threads does not change a bit`()
    throws
  {
    let windows = try windows()
    let results = try [1, 2, 5].map { threads in
      try model.evaluator(threads: threads).evaluate(
        [.dense], roundings: ([.q40], model), on: windows
      ).rounded[0]
    }
    for result in results.dropFirst() {
      #expect(result.perplexity == results[0].perplexity)
      #expect(result.divergence == results[0].divergence)
    }
  }

  @Test func `only what a token then reads less of is worth measuring`() throws {
    #expect(model.smallerTypes == [.q80, .q40])
    #expect(try gguf(.q80).smallerTypes == [.q40])
    #expect(try gguf(.q40).smallerTypes == [])
    // Rows of 8 elements are not whole blocks, so no matrix could be rounded.
    let tiny = try TemporaryFolder()
    try TinyLlama().write(to: tiny)
    #expect(try Model(path: tiny.path).smallerTypes == [])
  }
}
