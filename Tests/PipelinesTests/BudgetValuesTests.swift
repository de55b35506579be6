import ByteIO
import DMOE
import Experts
import Foundation
import Tensors
import TestSupport
import Testing

/// Files with a valid directory and invalid values.
@Suite struct BudgetValuesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The file of a recipe with values of a tensor replaced and all checksums updated.
  private func edited(
    _ recipe: Recipe, _ kind: StoredTensor.Kind, section: Int = 0, _ values: [UInt8], at place: Int
  ) throws -> String {
    var container = try EditedContainer(path: try Routed.path(recipe))
    let tensor = try container.stored(kind, section: section)
    try container.replace(values, at: place, in: tensor, fixingChecksums: true)
    return try folder.write(container.bytes, to: "edited.dmoe")
  }

  private func expectRefused(
    _ path: String, _ mention: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let reader = try DMOEReader(path: path)
    #expect(throws: PlanError.self, sourceLocation: sourceLocation) {
      _ = try Routing(reader)
      _ = try LayerExperts.layers(of: reader)
    }
    #expect(throws: PythonError.self, sourceLocation: sourceLocation) {
      try python([packageRoot.appending(path: "formats/reference/read_dmoe.py").path, path])
    }
    let run = try dynamoe([
      "evaluate", path, "--text", Fixture.heldOutText, "--max-tokens", "64",
    ])
    #expect(run.status == 65 && run.output.isEmpty, "\(run)", sourceLocation: sourceLocation)
    #expect(run.errors.contains(mention), "\(run)", sourceLocation: sourceLocation)
  }

  private static func bytes(_ value: Double) -> [UInt8] { LittleEndian.bytes(of: value.bitPattern) }

  /// Places are indices into the table, row by row: cost, knob by routers, knob by oracle.
  @Test(
    arguments: Recipe.allCases,
    [
      (3, -1.0), (3, .infinity), (3, .nan), (0, 2), (1, .nan), (1, -.infinity), (2, .infinity),
    ])
  func `budgets that are not monotone or not finite are refused`(
    recipe: Recipe, change: (place: Int, value: Double)
  ) throws {
    let path = try edited(
      recipe, .budgets("table"), Self.bytes(change.value), at: 8 * change.place)
    try expectRefused(path, "expected budgets with increasing costs")
  }

  @Test(arguments: [0, -1, .infinity, .nan])
  func `sensitivities that weigh nothing are refused`(value: Double) throws {
    let path = try edited(.residual, .sensitivity, Self.bytes(value), at: 8)
    try expectRefused(path, "expected sensitivities that are finite and above 0")
  }

  @Test(arguments: [(Recipe.dynamoe, 2.0), (.residual, 1e30), (.residual, 0), (.residual, -1)])
  func `knobs that go the wrong way, and prices of nothing, are refused`(
    recipe: Recipe, value: Double
  ) throws {
    // A threshold in the first row above all others; in the last row a price that is too high or
    // not positive.
    let table = try #require(try Routing(DMOEReader(path: try Routed.path(recipe)))?.budgets)
    let row = recipe == .dynamoe ? 0 : table.rows.count - 1
    for column in 1...2 {
      let path = try edited(
        recipe, .budgets("table"), Self.bytes(value), at: 8 * (3 * row + column))
      try expectRefused(path, "expected budgets with increasing costs")
    }
  }

  @Test(arguments: [(0, 0.0), (0, -1), (0, .nan), (0, .infinity), (1, 0.9), (1, .nan)])
  func `ends that are no costs are refused`(place: Int, value: Double) throws {
    let path = try edited(.residual, .budgets("ends"), Self.bytes(value), at: 8 * place)
    try expectRefused(path, "expected budgets with increasing costs")
  }

  @Test func `routers and compensation that are not finite are refused`() throws {
    let nan: [UInt8] = [0, 0, 0xC0, 0x7F]
    try expectRefused(
      try edited(.dynamoe, .router("weight", layer: 2), nan, at: 0),
      "layer 2: expected finite numbers in weight of the router of layer 2")
    try expectRefused(
      try edited(.residual, .compensation("bias", layer: 1), section: 3, nan, at: 4),
      "finite numbers in bias of the compensation of layer 1")
    try expectRefused(
      try edited(
        .residual, .compensation("first.weight", layer: 0), section: 1, [0x80, 0x7F], at: 6),
      "finite numbers in first.weight of the compensation of layer 0")
  }

  @Test(arguments: [(0, 2.0), (2, -1), (2, .nan), (1, 0), (1, .infinity), (3, 1e30), (3, -1)])
  func `budgets of windows that are not monotone or not finite are refused`(
    place: Int, value: Double
  ) throws {
    let path = try edited(.residual, .budgets("window"), Self.bytes(value), at: 8 * place)
    try expectRefused(path, "expected budgets with increasing costs")
  }

  @Test func `scales and costs of skipping that are negative or not finite are refused`() throws {
    let scale = StoredTensor.Kind.skipping("scale", layer: 1)
    try expectRefused(
      try edited(.residual, scale, section: 3, [0, 0, 0xC0, 0x7F], at: 4),
      "finite numbers in scale of the skipping of layer 1")
    try expectRefused(
      try edited(.residual, scale, section: 1, floatBytes([-1]), at: 0),
      "expected finite numbers of at least 0")
    for (section, value) in [(1, Double.nan), (2, .infinity), (8, -0.5)] {
      try expectRefused(
        try edited(
          .residual, .skipping("cost", layer: 0), section: section, Self.bytes(value), at: 8 * 24),
        "cost of the skipping of layer 0: expected finite numbers of at least 0")
    }
  }

  /// High-rank compensation costs more than the few neurons that it replaces.
  @Test func `a smallest expert that costs more than the full one leaves no budgets to choose`()
    throws
  {
    let path = folder.path("dear.dmoe")
    try Routed.convert(.residual, to: path, widths: .fractions([0.9, 1]), compensationRank: 128)
    let table = try #require(try Routing(DMOEReader(path: path))?.budgets)
    #expect(table.rows.isEmpty && table.smallest > 1)
    _ = try python([packageRoot.appending(path: "formats/reference/read_dmoe.py").path, path])
  }

  @Test(arguments: [
    (0, "x", "expected the ids of tokens as input_ids"),
    (14, "9999999", "expected ids below 1024, found 9999999"),
  ])
  func `calibration tokens that are not the model's are refused where they are used`(
    place: Int, text: String, reason: String
  ) throws {
    let path = try edited(
      .residual, .file(TensorName(DMOEDirectory.calibrationName)), Array(text.utf8), at: place)
    let mention = "line 1: calibration.jsonl: \(reason)"
    let measuring = ["evaluate", path, "--text", Fixture.heldOutText, "--max-tokens", "64"]
    for command in [
      measuring, measuring + ["--variants", "expert-1"],
      ["export", path, "--format", "hf", "--expert", "0", "-o", folder.path("out")],
    ] {
      let run = try dynamoe(command)
      #expect(run.status == 65 && run.output.isEmpty && run.errors.contains(mention), "\(run)")
    }
    let spared = try dynamoe(measuring + ["--variants", "dense,routed@budget=0.5,expert-1@bare"])
    #expect(spared.status == 0, "\(spared)")
    let checked = try dynamoe(["validate", path])
    #expect(checked.status == 1 && checked.output.contains("✗ calibration"), "\(checked)")
    #expect(checked.output.contains(mention))
    #expect(try folder.names() == ["edited.dmoe"])
  }
}
