import Calibration
import Checkpoints
import DynamoeKit
import TestSupport
import Testing

@Suite struct TokenizerTests {
  @Test(arguments: ["safetensors", "gguf", "dmoe"])
  func `text comes back from its tokens, whatever file they are of`(format: String) throws {
    let path =
      switch format {
      case "gguf": try Fixture.gguf(.q40)
      case "dmoe": try Fixture.routed().path
      default: Fixture.model
      }
    let model = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: path))
    let tokenizer = try Tokenizer(model)
    let text = "Once upon a time, naïve 日本語 \u{1F600}\n\tend"
    let tokens = try tokenizer.encode(text)
    #expect(tokens.allSatisfy { (0..<model.vocabularySize).contains($0) })
    #expect(tokenizer.decode(tokens) == text)
    #expect(tokenizer.texts(of: tokens).count == tokens.count)
    #expect(tokenizer.decode([]) == "")
    // Ids outside the vocabulary decode to nothing.
    #expect(tokenizer.decode([-1, .max]) == "")
  }

  @Test(arguments: [2, 64, 256, 100_000])
  func `windows are those that are measured`(context: Int) throws {
    let tokenizer = try Tokenizer(DynamoeKit.Model(DynamoeKit.Checkpoint(path: Fixture.model)))
    let found = try tokenizer.windows(of: try Fixture.read("heldout.txt"), context: context)
    let request = TextRequest(
      paths: [Fixture.heldOutText], maximumTokens: nil, context: context,
      beginning: .auto, parsingSpecial: false)
    let expected = try TextTokens(
      request, model: Checkpoints.Model(path: Fixture.model), limit: .max)
    #expect(found == expected.allWindows())
    #expect(try tokenizer.windows(of: "").isEmpty)
    for wrong in [1, 0, -1] {
      expectError(.usage, "context \(wrong)") {
        _ = try tokenizer.windows(of: "a", context: wrong)
      }
    }
  }
}
