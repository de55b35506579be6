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

  /// Logits of a model whose layer `narrow` runs only its first neurons, and the sum of the layer's
  /// errors.
  private func run(
    _ model: Model, _ plan: ExpertPlan, _ windows: [[Int]], narrow: Int?
  ) throws -> (logits: [Matrix], error: Double) {
    var error = 0.0
    let finished = try LayerSweep(model, parallel: parallel).run(windows) { call in
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
    let request = TextRequest(
      paths: [Fixture.calibrationText], maximumTokens: nil, context: 200, beginning: .auto,
      parsingSpecial: false)
    let windows = Array(try TextTokens(request, model: model, limit: .max).windows().prefix(4))
    let scores = try ImportanceScores(.weights, model: model, evidence: nil, parallel: parallel)
    let plan = try ExpertPlan(scores, widths: .equal(experts: 4), alignment: nil)
    let found = try SensitivitySweep(plan: plan, windows: windows)
      .run(model, Context(parallel), as: .weighing)
    // The first 512 tokens.
    let used = [windows[0], windows[1], Array(windows[2].prefix(112))]
    let dense = try run(model, plan, used, narrow: nil).logits
    let ratios = try found.indices.map { layer in
      let (logits, error) = try run(model, plan, used, narrow: layer)
      return zip(logits, dense).reduce(0) { $0 + divergence($1.0, from: $1.1) } / error
    }
    let mean = exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
    #expect(found.count == 4 && Set(found).count == 4)
    for (found, ratio) in zip(found, ratios) { #expect(abs(found * mean / ratio - 1) < 1e-3) }
  }
}
