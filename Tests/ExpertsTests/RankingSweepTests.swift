import Checkpoints
import Experts
import Foundation
import Kernels
import Running
import TestSupport
import Testing
import Work

@Suite struct RankingSweepTests {
  @Test func `the stability of a greedy ranking is that of its diagonal by halves`() throws {
    let model = try Model(path: Fixture.model)
    let windows = (0..<5).map { window in (0..<24).map { (window * 211 + $0 * 37) % 1024 } }
    let ranked = try RankingSweep(
      importance: .greedy, widths: .equal(experts: 4), alignment: 1, wantsErrors: false
    ).rank(windows, from: LayerSweep(model, Context(Parallel(threads: 2)), as: .ranking))
    var expected: [RankingStability] = []
    try LayerSweep(model, parallel: Parallel(threads: 1)).run(windows) { layer in
      let down = layer.weights.neuronMajorDown
      var scores = [[Double]](repeating: [Double](repeating: 0, count: 384), count: 2)
      for window in windows.indices {
        let hidden = layer.weights.hidden(layer.inputs[window])
        let output = layer.weights.output(hidden)
        for token in 0..<24 {
          let length = zip(output[token], layer.residuals[window][token])
            .reduce(0.0) { $0 + pow(Double($1.0 + $1.1), 2) }
          for (neuron, value) in hidden[token].enumerated() {
            let square = down[neuron].reduce(0.0) { $0 + pow(Double($1), 2) }
            scores[window % 2][neuron] += pow(Double(value), 2) / length * square
          }
        }
        layer.finish(window, output)
      }
      expected.append(
        RankingStability(even: scores[0], odd: scores[1], widths: [96, 192, 288, 384]))
      return true
    }
    let found = try #require(ranked.stability)
    #expect(found.count == 4)
    for (found, expected) in zip(found, expected) {
      // Rounding may swap two neurons.
      for (found, expected) in zip(found.agreement, expected.agreement) {
        #expect(abs(found - expected) < 0.011)
      }
    }
    let single = try RankingSweep(
      importance: .greedy, widths: .equal(experts: 4), alignment: 1, wantsErrors: false
    ).rank([windows[0]], from: LayerSweep(model, Context(.serial), as: .ranking))
    #expect(single.stability == nil)
  }
}
