import Checkpoints
import Forms
import TestSupport
import Testing

@Suite struct DeciLMConfigurationTests {
  @Test func `a factor leads to its width, whoever rounds it`() throws {
    var numbers = RandomNumbers(seed: 43)
    for _ in 0..<20_000 {
      let hiddenSize = 1 << Int(numbers.next() % 20) + Int(numbers.next() % 4096)
      let width = 256 * Int(1 + numbers.next() % 300)
      let factor = try #require(
        DeciLMConfiguration.multiplier(width: width, hiddenSize: hiddenSize))
      // The factor itself, rounded to six digits, and its two neighbours.
      for read in [factor, (factor * 1e6).rounded() / 1e6, factor.nextUp, factor.nextDown] {
        // The formula, step by step as in other readers.
        let size = Int(2 * read * Double(hiddenSize) / 3)
        #expect(size % 256 == 0 ? size == width : size + 256 - size % 256 == width)
        #expect(DeciLMConfiguration.width(multiplier: read, hiddenSize: hiddenSize) == width)
      }
    }
  }

  @Test(arguments: [0, -256, 1, 255, 257, 384, 11_008 + 32])
  func `what is no multiple of 256 has no factor`(width: Int) {
    #expect(DeciLMConfiguration.multiplier(width: width, hiddenSize: 4096) == nil)
  }

  @Test(arguments: [-1, Double.infinity, .nan, 1e300])
  func `factors that mean nothing have no width`(factor: Double) {
    #expect(DeciLMConfiguration.width(multiplier: factor, hiddenSize: 4096) == nil)
  }

  /// Whether the fixtures' families can have the DeciLM form.
  @Test(
    arguments: [
      ("llama3", nil), ("mistral", .feature("attention windows")),
      ("qwen2", .family("qwen2")), ("olmo2", .family("olmo2")), ("gpt2", .family("gpt2")),
    ] as [(String, DeciLMConfiguration.Obstacle?)])
  func `models that are no LLaMA are refused`(name: String, obstacle: DeciLMConfiguration.Obstacle?)
    throws
  {
    let model = try Model(path: packageRoot.appending(path: "fixtures/families/\(name)").path)
    func form(_ widths: [Int]) throws(DeciLMConfiguration.Obstacle) {
      _ = try DeciLMConfiguration(model, widths: widths)
    }
    if let obstacle {
      #expect(throws: obstacle) { try form([256, 512]) }
    } else {
      try form([256, 512])
      #expect(throws: DeciLMConfiguration.Obstacle.width(384, layer: 1)) { try form([256, 384]) }
    }
  }
}
