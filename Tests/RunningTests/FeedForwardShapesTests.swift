import Architectures
import Tensors
import Testing

/// Feed-forward layers inferred from names and shapes.
@Suite struct FeedForwardShapesTests {
  private struct Listed: TensorList {
    let tensors: [TensorDescription]

    init(_ shapes: [(String, [Int])]) {
      tensors = shapes.compactMap {
        TensorDescription(name: TensorName($0), elementType: .bf16, shape: $1)
      }
    }

    func tensor(_ name: TensorName) -> TensorDescription? { tensors.first { $0.name == name } }
  }

  private static func llama(_ widths: [Int]) -> [(String, [Int])] {
    [("model.embed_tokens.weight", [100, 8])]
      + widths.enumerated().flatMap { layer, width in
        let place = "model.layers.\(layer).mlp."
        return [
          (place + "gate_proj.weight", [width, 8]), (place + "up_proj.weight", [width, 8]),
          (place + "down_proj.weight", [8, width]),
        ]
      }
  }

  @Test func `layers of one width, and of widths of their own`() throws {
    for widths in [[32, 32], [32, 16, 48]] {
      let shapes = try #require(FeedForwardShapes(Listed(Self.llama(widths))))
      #expect(shapes.widths == widths && shapes.hiddenSize == 8 && shapes.gated)
    }
  }

  @Test func `transposed, fused and ungated projections`() throws {
    let gpt2 = Listed([
      ("h.0.mlp.c_fc.weight", [8, 32]), ("h.0.mlp.c_proj.weight", [32, 8]),
      ("wte.weight", [100, 8]),
    ])
    let one = try #require(FeedForwardShapes(gpt2))
    #expect(one.widths == [32] && one.hiddenSize == 8 && !one.gated)
    let phi3 = Listed([
      ("model.layers.0.mlp.gate_up_proj.weight", [64, 8]),
      ("model.layers.0.mlp.down_proj.weight", [8, 32]), ("model.embed_tokens.weight", [100, 8]),
    ])
    let other = try #require(FeedForwardShapes(phi3))
    #expect(other.widths == [32] && other.hiddenSize == 8 && other.gated)
  }

  @Test func `projections that do not fit together are none`() {
    var shapes = Self.llama([32])
    shapes[2].1 = [31, 8]
    #expect(FeedForwardShapes(Listed(shapes)) == nil)
    #expect(FeedForwardShapes(Listed([("other.weight", [8, 8])])) == nil)
  }

  /// Names of the matrices of a layer with their shapes, for D = 8 and H = 32.
  static let layers: [(String, [(String, [Int])], gated: Bool)] = [
    ("model.layers.{}.feed_forward", [("w1", [32, 8]), ("w3", [32, 8]), ("w2", [8, 32])], true),
    ("transformer.h.{}.mlp", [("w1", [32, 8]), ("w2", [32, 8]), ("c_proj", [8, 32])], true),
    ("transformer.h.{}.mlp", [("c_fc", [8, 32]), ("c_proj", [32, 8])], false),
    ("transformer.h.{}.mlp", [("c_fc", [32, 8]), ("c_proj", [8, 32])], false),
    ("transformer.h.{}.mlp", [("fc_in", [32, 8]), ("fc_out", [8, 32])], false),
    (
      "transformer.encoder.layers.{}.mlp",
      [("dense_h_to_4h", [64, 8]), ("dense_4h_to_h", [8, 32])], true
    ),
    ("model.decoder.layers.{}", [("fc1", [32, 8]), ("fc2", [8, 32])], false),
    ("encoder.layer.{}", [("intermediate.dense", [32, 8]), ("output.dense", [8, 32])], false),
    (
      "decoder.block.{}.layer.2.DenseReluDense",
      [("wi_0", [32, 8]), ("wi_1", [32, 8]), ("wo", [8, 32])], true
    ),
    ("layers.{}.mlp", [("Wi", [64, 8]), ("Wo", [8, 32])], true),
    ("blk.{}", [("ffn_gate", [32, 8]), ("ffn_up", [32, 8]), ("ffn_down", [8, 32])], true),
    ("blk.{}", [("ffn_up", [64, 8]), ("ffn_down", [8, 32])], true),
    ("backbone.layers.{}.mixer", [("up_proj", [32, 8]), ("down_proj", [8, 32])], false),
    (
      "language_model.model.layers.{}.mlp",
      [("gate_proj", [32, 8]), ("up_proj", [32, 8]), ("down_proj", [8, 32])], true
    ),
  ]

  @Test(arguments: layers)
  func `layers are found by the names of many implementations`(
    module: String, matrices: [(String, [Int])], gated: Bool
  ) throws {
    let tensors = (0..<3).flatMap { layer -> [(String, [Int])] in
      let place = module.replacing("{}", with: "\(layer)")
      return matrices.map { ("\(place).\($0.0).weight", $0.1) }
        + [("\(place).norm.weight", [8]), ("\(place).attention.output.dense.weight", [8, 8])]
    }
    let shapes = try #require(FeedForwardShapes(Listed(tensors)))
    #expect(shapes.hiddenSize == 8 && shapes.widths == [32, 32, 32] && shapes.gated == gated)
    #expect(shapes.module == module.replacing("{}", with: "{layer}"))
  }

  @Test func `the language model comes before other senses, and experts are none`() throws {
    let layer = { (place: String, hidden: Int, width: Int) -> [(String, [Int])] in
      [
        ("\(place).up_proj.weight", [width, hidden]),
        ("\(place).down_proj.weight", [hidden, width]),
      ]
    }
    let tensors = Listed(
      layer("vision_tower.encoder.layers.0.mlp", 64, 256)
        + layer("language_model.model.layers.0.mlp", 8, 32)
        + layer("language_model.model.layers.1.mlp.experts.0", 8, 16)
        + layer("language_model.model.layers.1.mlp.shared_expert", 8, 16))
    let stacks = FeedForwardShapes.stacks(in: tensors)
    #expect(
      stacks.map(\.module) == [
        "language_model.model.layers.{layer}.mlp", "vision_tower.encoder.layers.{layer}.mlp",
      ])
    #expect(stacks[0].widths == [32] && stacks[1].hiddenSize == 64)
  }

  @Test func `packed matrices are counted, not measured`() throws {
    let tensors = (0..<2).flatMap { layer in
      ["gate_proj", "up_proj", "down_proj"].flatMap { name in
        ["qweight", "scales"].map { ("model.layers.\(layer).mlp.\(name).\($0)", [4, 4]) }
      }
    }
    let listed = Listed(tensors)
    #expect(FeedForwardShapes(listed) == nil)
    let packed = try #require(PackedFeedForward(listed))
    #expect(packed.layers == 2 && packed.gated)
    #expect(PackedFeedForward(Listed([("model.layers.0.mlp.up_proj.qweight", [4, 4])])) == nil)
  }
}
