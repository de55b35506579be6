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
      let shapes = try #require(FeedForwardShapes(Listed(Self.llama(widths)), .transformers))
      #expect(shapes.widths == widths && shapes.hiddenSize == 8 && shapes.gated)
    }
  }

  @Test func `transposed, fused and ungated projections`() throws {
    let gpt2 = Listed([
      ("h.0.mlp.c_fc.weight", [8, 32]), ("h.0.mlp.c_proj.weight", [32, 8]),
      ("wte.weight", [100, 8]),
    ])
    let one = try #require(FeedForwardShapes(gpt2, .transformers))
    #expect(one.widths == [32] && one.hiddenSize == 8 && !one.gated)
    let phi3 = Listed([
      ("model.layers.0.mlp.gate_up_proj.weight", [64, 8]),
      ("model.layers.0.mlp.down_proj.weight", [8, 32]), ("model.embed_tokens.weight", [100, 8]),
    ])
    let other = try #require(FeedForwardShapes(phi3, .transformers))
    #expect(other.widths == [32] && other.hiddenSize == 8 && other.gated)
  }

  @Test func `projections that do not fit together are none`() {
    var shapes = Self.llama([32])
    shapes[2].1 = [31, 8]
    #expect(FeedForwardShapes(Listed(shapes), .transformers) == nil)
    #expect(FeedForwardShapes(Listed([("other.weight", [8, 8])]), .transformers) == nil)
  }
}
