import Calibration
import Checkpoints
import Experts
import Foundation
import Kernels
import Running
import TestSupport
import Testing
import Work

@Suite struct SensitivityTests {
  private let parallel = Parallel(threads: 2)

  private func windows(_ model: Model) throws -> [[Int]] {
    let request = TextRequest(
      paths: [Fixture.calibrationText], maximumTokens: nil, context: 200, beginning: .auto,
      parsingSpecial: false)
    return Array(try TextTokens(request, model: model, limit: .max).windows().prefix(4))
  }

  /// The first 512 tokens.
  private func tried(_ windows: [[Int]]) -> [[Int]] {
    [windows[0], windows[1], Array(windows[2].prefix(112))]
  }

  private func plan(_ model: Model) throws -> ExpertPlan {
    let scores = try ImportanceScores(.weights, model: model, evidence: nil, parallel: parallel)
    return try ExpertPlan(scores, widths: .equal(experts: 4), alignment: nil)
  }

  /// Logits of a model whose layer `narrow` runs only its first neurons, or that lacks a neuron, and
  /// the sum of the layer's errors.
  private func run(
    _ model: Model, _ plan: ExpertPlan, _ windows: [[Int]], narrow: Int? = nil,
    without lost: (layer: Int, neuron: Int)? = nil
  ) throws -> (logits: [Matrix], error: Double) {
    var error = 0.0
    let finished = try LayerSweep(model, parallel: parallel).run(windows) { call in
      if let lost, lost.layer == call.layer {
        var hidden = call.weights.hidden(call.input)
        for row in 0..<hidden.rows { hidden.values[row * hidden.columns + lost.neuron] = 0 }
        return (call.weights.output(hidden), 0)
      }
      let weights = call.weights.reordered(by: plan.layers[call.layer].order)
      let full = weights.output(weights.hidden(call.input))
      guard call.layer == narrow else { return (output: full, observation: 0.0) }
      let widths = plan.layers[call.layer].widths
      let output = weights.output(
        weights.hidden(call.input, neurons: widths[widths.count - 2]))
      var sum = 0.0
      for token in 0..<full.rows {
        var (missing, stream) = (0.0, 0.0)
        for (column, value) in full[token].enumerated() {
          let difference = Double(value) - Double(output[token][output[token].startIndex + column])
          let joined = Double(value) + Double(call.residual.values[token * full.columns + column])
          missing += difference * difference
          stream += joined * joined
        }
        sum += missing / stream
      }
      return (output, sum)
    } finishedLayer: { _, observations in
      error += observations[0].reduce(0, +)
    }
    let head = try OutputHead(model, parallel: parallel)
    return (windows.indices.map { head.logits(finished[0][$0].stream) }, error)
  }

  private func divergence(_ logits: Matrix, from reference: Matrix) -> Double {
    func logarithms(_ row: ArraySlice<Float>) -> [Double] {
      let normalizer = log(row.reduce(0) { $0 + exp(Double($1)) })
      return row.map { Double($0) - normalizer }
    }
    return (0..<logits.rows).reduce(0) { sum, row in
      let (own, other) = (logarithms(logits[row]), logarithms(reference[row]))
      return zip(other, own).reduce(sum) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }
  }

  @Test func `a layer is as sensitive as its error moves the predictions`() throws {
    let model = try Model(path: Fixture.model)
    let windows = try windows(model)
    let plan = try plan(model)
    let found = try SensitivitySweep(plan: plan, windows: windows)
      .run(model, Context(parallel), as: .weighing).sensitivities
    let used = tried(windows)
    let dense = try run(model, plan, used).logits
    let ratios = try found.indices.map { layer in
      let (logits, error) = try run(model, plan, used, narrow: layer)
      return zip(logits, dense).reduce(0) { $0 + divergence($1.0, from: $1.1) } / error
    }
    let mean = exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
    #expect(found.count == 4 && Set(found).count == 4)
    for (found, ratio) in zip(found, ratios) { #expect(abs(found * mean / ratio - 1) < 1e-3) }
  }

  @Test func `peaks are the longest contributions to the residual stream`() throws {
    let model = try Model(path: Fixture.model)
    let windows = try windows(model)
    let sweep = RankingSweep(
      importance: .greedy, widths: .equal(experts: 4), alignment: 1, wantsErrors: false)
    let ranked = try sweep.rank(windows, from: LayerSweep(model, parallel: parallel))
    var found = [[(neuron: Int, ratio: Double, position: Int)]](repeating: [], count: 4)
    _ = try LayerSweep(model, parallel: Parallel(threads: 1)).run(windows) { call in
      let hidden = call.weights.hidden(call.input)
      let down = call.weights.neuronMajorDown
      var peaks: [(neuron: Int, ratio: Double, position: Int)] = []
      for neuron in 0..<hidden.columns {
        let length = down[neuron].reduce(0) { $0 + Double($1) * Double($1) }
        for token in 0..<hidden.rows {
          let value = Double(hidden.values[token * hidden.columns + neuron])
          let stream = call.residual[token].reduce(0) { $0 + Double($1) * Double($1) }
          peaks.append((neuron, (value * value * length / stream).squareRoot(), token))
        }
      }
      return (call.weights.output(hidden), peaks)
    } finishedLayer: { layer, observations in
      found[layer] = observations[0].flatMap { $0 }
    }
    #expect(ranked.peaks.contains { !$0.isEmpty })
    for (layer, peaks) in ranked.peaks.enumerated() {
      var seen: Set<Int> = []
      let expected = found[layer].sorted { $0.ratio > $1.ratio }
        .filter { $0.ratio >= 1 && seen.insert($0.neuron).inserted }.prefix(2)
      #expect(peaks.map(\.neuron) == expected.map(\.neuron))
      #expect(peaks.map(\.position) == expected.map(\.position))
      for (peak, own) in zip(peaks, expected) { #expect(abs(peak.ratio / own.ratio - 1) < 1e-4) }
    }
  }

  @Test func `neurons whose loss alone moves predictions are named and never skipped`() throws {
    let model = try Model(path: Fixture.model)
    let windows = try windows(model)
    let sweep = RankingSweep(
      importance: .greedy, widths: .equal(experts: 4), alignment: 1, wantsErrors: false,
      wantsSkipping: true)
    let ranked = try sweep.rank(windows, from: LayerSweep(model, parallel: parallel))
    let plan = ranked.plan
    // The first and the last neuron by rank of each layer.
    let peaks = plan.layers.enumerated().flatMap { layer, ranking in
      [ranking.order[0], ranking.order[ranking.order.count - 1]].map {
        (layer: layer, peak: ActivationPeak(neuron: $0, ratio: 1, position: 0))
      }
    }
    let found = try SensitivitySweep(plan: plan, peaks: peaks, windows: windows)
      .run(model, Context(parallel), as: .weighing).massive
    let used = tried(windows)
    let dense = try run(model, plan, used).logits
    var expected: [MassiveNeuron] = []
    for (layer, peak) in peaks {
      let logits = try run(model, plan, used, without: (layer, peak.neuron)).logits
      let divergence = zip(logits, dense).reduce(0) { $0 + self.divergence($1.0, from: $1.1) } / 512
      guard divergence >= MassiveNeuron.harm else { continue }
      let expert = peak.neuron == plan.layers[layer].order[0] ? 0 : 3
      expected.append(
        MassiveNeuron(layer: layer, peak: peak, expert: expert, divergence: divergence))
    }
    #expect(!expected.isEmpty && expected.count < peaks.count)
    #expect(found.map(\.peak) == expected.map(\.peak))
    #expect(found.map(\.expert) == expected.map(\.expert))
    for (found, own) in zip(found, expected) {
      #expect(abs(found.divergence / own.divergence - 1) < 1e-3)
    }
    let kept = ranked.keeping(found)
    for (layer, pair) in zip(ranked.skipping, kept.skipping).enumerated() {
      let massive = Set(found.filter { $0.layer == layer }.map(\.peak.neuron))
      for (rank, neuron) in plan.layers[layer].order.enumerated() {
        let scale = pair.1.rule.scales[rank]
        #expect(
          scale == (massive.contains(neuron) ? .greatestFiniteMagnitude : pair.0.rule.scales[rank]))
      }
    }
  }
}
