import Architectures
import DMOE
import Evaluation
import Experts
import Forms
import Foundation
import JSON
import TestSupport
import Testing

/// The Python of exported folders, as far as it runs without PyTorch.
@Suite struct ExportedCodeTests {
  /// Families of decoders that are run and a part of Transformers.
  private static let decoders = Family.known.filter {
    !$0.isEncoder && $0.unrun == nil && $0.layerWidths == .single
  }
  private static let tables: [(RouterTarget, BudgetTable)] = [
    (.similarity, BudgetTable(smallest: 0.25, rows: [])),
    (.similarity, table([(0.4, 0.2), (0.6, 0.5), (0.61, 0.55), (0.9, 0.8)])),
    (.similarity, table([(0.5, 0.7)])),
    (.logError, table([(0.2, 100), (0.4, 1), (0.8, 1e-6)])),
    (.logError, table([(0.3, 0.01)])),
    (.logError, table([(0.2, 100), (0.4, 1)], windows: [(0.25, 80), (0.5, 0.1), (0.7, 0.02)])),
    (.logError, table([(0.2, 100)], windows: [])),
  ]

  private static func table(
    _ rows: [(cost: Double, knob: Double)], windows: [(cost: Double, price: Double)]? = nil
  ) -> BudgetTable {
    BudgetTable(
      smallest: 0.1, rows: rows.map { .init(cost: $0.cost, routed: $0.knob, oracle: $0.knob) },
      windowRows: windows?.map { .init(cost: $0.cost, price: $0.price) })
  }

  /// Budgets as under `dynamoe` in config.json.
  private static func budgets(_ table: BudgetTable) -> JSONValue {
    func rows(_ rows: [[Double]]) -> JSONValue {
      .array(rows.map { .array($0.map(JSONValue.double)) })
    }
    var budgets = JSONObject([
      .init(name: "table", value: rows(table.rows.map { [$0.cost, $0.routed, $0.oracle] }))
    ])
    budgets["window"] = table.windowRows.map { rows($0.map { [$0.cost, $0.price] }) }
    return .object(budgets)
  }

  /// Answer of a folder's Python to a request.
  private func run(_ request: JSONValue) throws -> JSONObject {
    let folder = try TemporaryFolder()
    for (name, bytes) in RemoteCode.files(modelType: "llama") { try folder.write(bytes, to: name) }
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "exported_peer.py").path
    let output = try python([script, folder.path], input: JSONWriter.write(request))
    return try #require(JSONScanner.scan(output).object)
  }

  @Test func `every model type of every family of decoders has a layout`() throws {
    let told = try run(["forms": [], "budgets": []])
    let families = try #require(told["families"]?.object)
    let layouts = try #require(families["LAYOUTS"]?.object)
    let types = Self.decoders.flatMap(\.modelTypes)
    #expect(Set(layouts.members.map(\.name)) == Set(types))
    let fields = try #require(told["fields"]?.array).compactMap(\.string)
    for family in Self.decoders {
      let expected = try #require(ModuleLayout(family), "\(family.name)")
      for type in family.modelTypes {
        let layout = try #require(layouts[type]?.object)
        // The names are the fields of the class in modeling_dynamoe.py.
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
    let exponents = ExpertCosts.exponents
    #expect(families["EXPONENTS"] == [.int(exponents.lowerBound), .int(exponents.upperBound)])
    #expect(families["PLACES"]?.array?.compactMap(\.double) == BudgetSweep.places)
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

  @Test func `budgets lead to the same knobs in Python and in Swift`() throws {
    let budgets =
      [-1, 0, 0.999_999, 1, 2] + stride(from: 0.15, to: 1.05, by: 0.0125)
      + Self.tables.flatMap { $0.1.rows.map(\.cost) }
    let forms = Self.tables.map { target, table -> JSONValue in
      [
        "widths": [[1, 2, 3, 4]], "router": ["predicts": .string(target.rawValue)],
        "budgets": Self.budgets(table),
      ]
    }
    let told = try run(
      ["forms": .array(forms), "budgets": .array(budgets.map(JSONValue.double))])
    for (name, isWindow) in [("variants", false), ("windows", true)] {
      let variants = try #require(told[name]?.array).compactMap(\.array)
      try #require(variants.count == Self.tables.count)
      for ((target, table), variants) in zip(Self.tables, variants) {
        try #require(variants.count == budgets.count)
        for (budget, variant) in zip(budgets, variants.compactMap(\.object)) {
          expect(
            variant,
            isWindow
              ? table.rule(windowBudget: budget, target: target, experts: 4)
              : table.rule(budget: budget, target: target, experts: 4))
        }
      }
    }
  }

  /// Compares a variant in Python with a rule.
  private func expect(_ variant: JSONObject, _ rule: ChoiceRule) {
    func knob(_ name: String) -> Double { variant[name]?.double ?? .nan }
    switch rule {
    case .always(let expert):
      #expect(variant["expert"]?.int == expert && variant["compensated"] == true)
    case .threshold(let value): #expect(abs(knob("threshold") - value) < 1e-12)
    case .price(let value): #expect(abs(knob("price") / value - 1) < 1e-12)
    case .windowPrice(let value): #expect(abs(knob("window_price") / value - 1) < 1e-12)
    }
  }
}
