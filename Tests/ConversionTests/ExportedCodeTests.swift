import Conversion
import Evaluation
import Experts
import Foundation
import JSON
import Models
import TestSupport
import Testing

/// The Python of exported folders, as far as it runs without PyTorch.
@Suite struct ExportedCodeTests {
  private static let decoders = Family.known.filter { !$0.isEncoder }

  /// What the Python of a folder says.
  private func run() throws -> JSONObject {
    let folder = try TemporaryFolder()
    for (name, bytes) in RemoteCode.files(modelType: "llama") { try folder.write(bytes, to: name) }
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "exported_peer.py").path
    let output = try python([script, folder.path])
    return try #require(JSONScanner.scan(output).object)
  }

  @Test func `every model type of every family of decoders has a layout`() throws {
    let told = try run()
    let families = try #require(told["families"]?.object)
    let layouts = try #require(families["LAYOUTS"]?.object)
    #expect(layouts.members.map(\.name) == Self.decoders.flatMap(\.modelTypes))
    let fields = try #require(told["fields"]?.array).compactMap(\.string)
    for family in Self.decoders {
      let expected = try #require(ModuleLayout(family), "\(family.name)")
      for type in family.modelTypes {
        let layout = try #require(layouts[type]?.object)
        // Named as the class of modeling_dynamoe.py wants them.
        #expect(layout.members.map(\.name) == fields, "\(type)")
        #expect(layout["down"]?.string == expected.down && layout["up"]?.string == expected.up)
        #expect(layout["gate"]?.string == expected.gate && layout["gate"] != nil)
        #expect(layout["transposed"]?.bool == expected.isTransposed)
      }
    }
    #expect(layouts["gpt_neox"]?.object?["parallel"] == ["use_parallel_residual", true])
    #expect(families["LOG_ERRORS"]?.array?.compactMap(\.double) == [-25, 5])
    #expect(families["LEAST_ERROR"]?.double == 1e-10)
    #expect(families["LEAST_SQUARE"]?.double == Double.leastNormalMagnitude)
    #expect(families["PLACES"]?.array?.compactMap(\.double) == BudgetCalibration.places)
    #expect(families["BUDGETS"]?.array?.compactMap(\.double) == Evaluator.reportBudgets)
  }

  @Test func `a family of another form has none`() throws {
    #expect(ModuleLayout(.bert) == nil)
    let changes: [(TensorRole, String?)] = [
      (.down, nil), (.up, nil), (.gate, nil), (.attentionOutput, nil),
      (.down, "model.layers.{layer}.mlp.down_proj"),
      (.down, "model.layers.mlp.down_proj.weight"),
      (.up, "model.blocks.{layer}.mlp.up_proj.weight"),
      (.gate, "model.layers.{layer}.gates.gate_proj.weight"),
      (.feedForwardNorm, "model.layers.{layer}.norms.first.weight"),
      (.feedForwardOutputNorm, "model.layers.{layer}.scale"),
      (.feedForwardStreamNorm, "model.layers.{layer}.last_norm.weight"),
    ]
    for (role, name) in changes {
      var family = Family.llama
      family.layouts[.transformers]?.names[role] = name
      #expect(ModuleLayout(family) == nil, "\(role): \(name ?? "none")")
    }
    var renamed = Family.llama
    renamed.modelTypes = ["other"]
    let text = FamiliesModule.text([.bert, renamed])
    #expect(text.contains("\"other\"") && !text.contains("\"llama\"") && !text.contains("bert"))
  }
}
