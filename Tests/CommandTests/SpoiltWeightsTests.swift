import Foundation
import TestSupport
import Testing

/// A change of one tensor, and the error that names it; nil if the model works nevertheless.
struct SpoiltWeights: Sendable, CustomTestStringConvertible {
  let tensor: String
  let change: @Sendable (inout [Float]) -> Void
  let message: String?
  /// Commands to which the tensor does not matter.
  var harmless: [String] = []

  var testDescription: String { "\(tensor): \(message ?? "harmless")" }

  /// One element of another value.
  static func value(
    _ tensor: String, _ index: Int, _ value: Float, _ message: String?, harmless: [String] = []
  ) -> SpoiltWeights {
    SpoiltWeights(
      tensor: tensor, change: { $0[index] = value }, message: message, harmless: harmless)
  }

  /// All elements times a factor.
  static func factor(
    _ tensor: String, _ factor: Float, _ message: String?, harmless: [String] = []
  ) -> SpoiltWeights {
    SpoiltWeights(
      tensor: tensor, change: { values in values = values.map { $0 * factor } }, message: message,
      harmless: harmless)
  }
}

@Suite struct SpoiltWeightsTests {
  private static let ffn = "model.layers.1.mlp."

  /// The text has the letters a to h only.
  static let all: [SpoiltWeights] = [
    .value(
      ffn + "up_proj.weight", 13, .nan,
      "layer 1: model.layers.1.mlp.up_proj.weight: expected finite weights, found NaN at [1, 5]"),
    .value(
      ffn + "gate_proj.weight", 0, .infinity,
      "layer 1: model.layers.1.mlp.gate_proj.weight: expected finite weights, found infinity at [0, 0]"
    ),
    .value(
      ffn + "down_proj.weight", 191, -.infinity,
      "layer 1: model.layers.1.mlp.down_proj.weight: expected finite weights, found -infinity at [7, 23]"
    ),
    .value(
      "model.layers.0.self_attn.k_proj.weight", 8, .nan,
      "layer 0: model.layers.0.self_attn.k_proj.weight: expected finite weights, found NaN at [1, 0]"
    ),
    .value(
      "model.layers.1.input_layernorm.weight", 3, .nan,
      "layer 1: model.layers.1.input_layernorm.weight: expected finite weights, found NaN at [3]"),
    .value(
      "model.embed_tokens.weight", 9, .nan,
      "model.embed_tokens.weight: expected finite weights, found NaN at [1, 1]",
      harmless: ["weights"]),
    .value("model.embed_tokens.weight", 9 * 8, .nan, nil),
    .value(
      "lm_head.weight", 99, .nan, "lm_head.weight: expected finite weights, found NaN at [12, 3]",
      harmless: ["weights", "calibrate"]),
    .value(
      "model.norm.weight", 7, .nan,
      "model.norm.weight: expected finite weights, found NaN at [7]",
      harmless: ["weights", "calibrate"]),
    .factor(
      "model.layers.1.input_layernorm.weight", 1e30, "layer 1: activations overflow at token 0 of",
      harmless: ["weights"]),
    .factor(
      "model.layers.0.post_attention_layernorm.weight", 1e30,
      "layer 0: activations overflow at token 0 of", harmless: ["weights"]),
    .factor(
      "lm_head.weight", 3e38, "logits overflow at token", harmless: ["weights", "calibrate"]),
    .factor(
      "model.norm.weight", 1e30, "logits overflow at token", harmless: ["weights", "calibrate"]),
    // Squares overflow in the next norm.
    .factor(
      ffn + "up_proj.weight", 1e25, "layer 1: activations overflow at token", harmless: ["weights"]),
    // Absurd, but finite in every layer.
    .factor(ffn + "up_proj.weight", 1e12, nil),
    .factor("model.layers.0.post_attention_layernorm.weight", 0x1p-133, nil),
    .factor("model.layers.0.mlp.gate_proj.weight", 0, nil),
    .factor(ffn + "down_proj.weight", 0, nil),
    .factor("model.embed_tokens.weight", 0x1p-133, nil),
    .factor("model.embed_tokens.weight", 0, nil),
  ]

  @Test(arguments: all)
  func `spoilt weights are named, by every command that they matter to`(
    spoilt: SpoiltWeights
  ) throws {
    let folder = try TemporaryFolder()
    var llama = TinyLlama(intermediateSize: 24)
    let tensor = try #require(llama[tensor: spoilt.tensor])
    var values = tensor.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    spoilt.change(&values)
    llama[tensor: spoilt.tensor]?.bytes = floatBytes(values)
    try llama.write(to: folder)
    var numbers = RandomNumbers(seed: 5)
    let letters = (0..<400).map { _ in UInt8(ascii: "a") + UInt8(numbers.next() % 8) }
    let text = ["--text", try folder.write(letters, to: "text"), "--context", "16"]
    let partition = ["partition", folder.path, "-o", folder.path("o.dmoe")]
    let commands: [(String, [String])] = [
      ("calibrate", ["calibrate", folder.path, "-o", folder.path("o")] + text),
      ("evaluate", ["evaluate", folder.path] + text),
      ("residual", partition + ["--experts", "4"] + text),
      ("dynamoe", partition + ["--recipe", "dynamoe"] + text),
      ("weights", partition + ["--importance", "weights"]),
    ]
    for (name, command) in commands {
      if let message = spoilt.message, !spoilt.harmless.contains(name) {
        try expectRefused(command, 65, [message], in: folder)
      } else {
        let run = try dynamoe(command + (name == "evaluate" ? [] : ["--force"]))
        #expect(run.exited && run.status == 0, "\(name): \(run.errors)")
      }
    }
    guard spoilt.message == nil else { return }
    let run = try dynamoe(["evaluate", folder.path("o.dmoe")] + text)
    #expect(run.exited && run.status == 0, "\(run.errors)")
  }
}
