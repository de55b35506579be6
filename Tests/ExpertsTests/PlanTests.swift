import Experts
import TestSupport
import Testing

@Suite struct PlanTests {
  private func plan(
    _ scores: [Double], _ widths: ExpertWidths, alignment: Int? = 1
  ) throws -> ExpertPlan.Layer {
    let scores = ImportanceScores(importance: .magnitude, layers: [scores])
    return try ExpertPlan(scores, widths: widths, alignment: alignment).layers[0]
  }

  private func flat(_ neurons: Int) -> [Double] { [Double](repeating: 1, count: neurons) }

  @Test(
    arguments: [
      ([3, 1, 2], [0, 2, 1]), ([1, 1, 1], [0, 1, 2]), ([0, 5, 0, 5, 2], [1, 3, 4, 0, 2]),
      ([0, -0.0, 0], [0, 1, 2]), ([1e-300, 0, 1e300], [2, 0, 1]),
    ] as [([Double], [Int])])
  func `neurons are ordered by score, ties by the lower index`(
    scores: [Double], order: [Int]
  ) throws {
    #expect(try plan(scores, .equal(experts: 1)).order == order)
  }

  @Test(
    arguments: [
      (384, 4, nil, [96, 192, 288, 384]), (8, 8, nil, [1, 2, 3, 4, 5, 6, 7, 8]),
      (10, 4, nil, [3, 5, 8, 10]), (10, 4, 1, [3, 5, 8, 10]), (10, 4, 2, [2, 6, 8, 10]),
      (10, 2, 4, [4, 10]), (12, 2, 4, [8, 12]), (11, 1, nil, [11]), (11, 1, 4, [11]),
      (100, 3, 10, [30, 70, 100]), (7, 3, 1, [2, 5, 7]),
      (11_008, 4, 32, [2752, 5504, 8256, 11_008]),
    ] as [(Int, Int, Int?, [Int])])
  func `equal widths are rounded half up to the alignment`(
    neurons: Int, experts: Int, alignment: Int?, widths: [Int]
  ) throws {
    #expect(
      try plan(flat(neurons), .equal(experts: experts), alignment: alignment).widths == widths)
  }

  @Test(
    arguments: [
      (384, 4, 32), (11_008, 4, 32), (11_008, 8, 32), (48, 4, 4), (40, 4, 2), (36, 4, 1),
      (10, 4, 1),
      (64, 1, 32), (24, 1, 8), (4, 4, 1),
    ])
  func `the default alignment is the largest power of two that divides an equal width`(
    neurons: Int, experts: Int, alignment: Int
  ) throws {
    #expect(ExpertWidths.equal(experts: experts).defaultAlignment(layers: [neurons]) == alignment)
    // Of several layers the least counts.
    let layers = [neurons, 1024 * experts]
    #expect(ExpertWidths.equal(experts: experts).defaultAlignment(layers: layers) == alignment)
    let scores = ImportanceScores(importance: .energy, layers: [flat(neurons)])
    let plan = try ExpertPlan(scores, widths: .equal(experts: experts), alignment: nil)
    #expect(plan.alignment == alignment)
    #expect((plan.experts, plan.importance) == (experts, .energy))
  }

  @Test(
    arguments: [
      ("1", [1]), ("0.25,0.5,1", [0.25, 0.5, 1]), ("0.1,1.0", [0.1, 1]), ("1e-3,1", [0.001, 1]),
    ] as [(String, [Double])])
  func `fractions are an increasing list that ends in 1`(text: String, values: [Double]) throws {
    #expect(try ExpertWidths(fractions: text) == .fractions(values))
  }

  @Test(
    arguments: [
      "", ",", "1,", ",1", "0.5", "0,1", "-0.5,1", "0.5,0.5,1", "0.7,0.5,1", "0.5,1,1", "0.5,1.5",
      "0.5,nan,1", "nan", "inf", "nan,1", "0.5;1", "half,1", "0.5, 1", "AUTO", "0.5,1,auto",
    ])
  func `other fractions are refused`(text: String) {
    #expect(throws: PlanError.fractions(text)) { try ExpertWidths(fractions: text) }
  }

  @Test(
    arguments: [
      (100, [0.25, 1], 1, [25, 100]), (10, [0.25, 0.55, 1], 1, [3, 6, 10]),
      (100, [0.1, 0.3, 1], 16, [16, 32, 100]), (100, [0.08, 1], 16, [16, 100]),
    ] as [(Int, [Double], Int, [Int])])
  func `fractions become widths`(
    neurons: Int, fractions: [Double], alignment: Int, widths: [Int]
  ) throws {
    #expect(
      try plan(flat(neurons), .fractions(fractions), alignment: alignment).widths == widths)
  }

  @Test func `automatic widths are the smallest that hold half, three quarters and nine tenths`()
    throws
  {
    let auto = try ExpertWidths(fractions: "auto")
    #expect(auto == .coverage && auto.experts == 4)
    let found = try plan([1, 40, 2, 20, 3, 10, 4, 11, 5, 4], auto)
    #expect(found.order == [1, 3, 7, 5, 8, 6, 9, 4, 2, 0])
    #expect(found.widths == [2, 4, 6, 10])
    #expect(found.coverage == [0.6, 0.81, 0.9, 1])
    // Exactly half and three quarters suffice; silent neurons belong to the last expert only.
    let exact = try plan([8, 4, 3, 1, 0, 0], auto)
    #expect(exact.widths == [1, 2, 3, 6])
    #expect(exact.coverage == [0.5, 0.75, 0.9375, 1])
  }

  @Test(
    arguments: [
      (ExpertWidths.equal(experts: 4), 10, 4, [4, 4, 8, 10]),
      (.equal(experts: 3), 4, 3, [0, 3, 4]), (.fractions([0.01, 1]), 10, 1, [0, 10]),
      (.fractions([0.5, 0.51, 1]), 10, 1, [5, 5, 10]), (.fractions([0.99, 1]), 10, 1, [10, 10]),
      (.fractions([0.9, 1]), 10, 8, [8, 10]),
    ])
  func `widths that do not grow are refused with their values`(
    widths: ExpertWidths, neurons: Int, alignment: Int, values: [Int]
  ) throws {
    guard zip(values, values.dropFirst()).contains(where: { $0 >= $1 }) || values[0] == 0 else {
      #expect(try plan(flat(neurons), widths, alignment: alignment).widths == values)
      return
    }
    #expect(throws: PlanError.widths(layer: 0, widths: values, alignment: alignment)) {
      try plan(flat(neurons), widths, alignment: alignment)
    }
  }

  @Test func `a layer where nothing fires has no automatic widths`() throws {
    #expect(throws: PlanError.widths(layer: 0, widths: [0, 0, 0, 6], alignment: 1)) {
      try plan([0, 0, 0, 0, 0, 0], .coverage)
    }
    #expect(try plan([0, 0, 0, 0], .equal(experts: 2)).coverage == [0.5, 1])
  }

  @Test(arguments: [0, -1, 11, Int.max])
  func `there are at most as many experts as neurons`(experts: Int) {
    #expect(throws: PlanError.experts(experts, neurons: 10)) {
      try plan(flat(10), .equal(experts: experts))
    }
  }

  @Test(arguments: [0, -1, 11, Int.min, Int.max])
  func `an alignment lies between 1 and the width of the layer`(alignment: Int) {
    #expect(throws: PlanError.alignment(alignment, neurons: 10)) {
      try plan(flat(10), .equal(experts: 2), alignment: alignment)
    }
  }

  @Test func `every plan is a permutation with widths that grow to all neurons`() throws {
    var numbers = RandomNumbers(seed: 3)
    var made = 0
    for _ in 0..<2000 {
      let neurons = Int.random(in: 1...200, using: &numbers)
      let experts = Int.random(in: 1...min(neurons, 9), using: &numbers)
      let layers = (0..<2).map { _ in
        (0..<neurons).map { _ in Double(Int.random(in: 0...9, using: &numbers)) }
      }
      let cuts = Set((1..<experts).map { _ in Double.random(in: 0.01..<1, using: &numbers) })
      let widths: ExpertWidths =
        switch made % 3 {
        case 0: .equal(experts: experts)
        case 1: .fractions(cuts.sorted() + [1])
        default: .coverage
        }
      let alignment = Bool.random(using: &numbers) ? nil : Int.random(in: 1...4, using: &numbers)
      let scores = ImportanceScores(importance: .magnitude, layers: layers)
      guard let plan = try? ExpertPlan(scores, widths: widths, alignment: alignment) else {
        made += 1
        continue
      }
      made += 1
      for (layer, scores) in zip(plan.layers, layers) {
        #expect(layer.order.sorted() == Array(0..<neurons))
        #expect(layer.widths.last == neurons && layer.widths[0] > 0)
        #expect(zip(layer.widths, layer.widths.dropFirst()).allSatisfy { $0 < $1 })
        #expect(layer.widths.dropLast().allSatisfy { $0 % plan.alignment == 0 })
        for (width, coverage) in zip(layer.widths, layer.coverage) {
          let held = layer.order[..<width].reduce(0) { $0 + scores[$1] }
          let all = scores.reduce(0, +)
          #expect(abs(coverage - (all > 0 ? held / all : Double(width) / Double(neurons))) < 1e-12)
        }
        #expect(layer.coverage.last == 1)
      }
    }
  }
}
