import Experts
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct LinearRouterTests {
  private struct Answer: Decodable {
    let weight: [Double]
    let bias: [Double]
    let error: Double
  }

  init() { _ = Parallel(threads: 1) }

  /// Answer of numpy for each penalty.
  private func peer(_ task: RouterTask, _ penalties: [Double]) throws -> [Answer] {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py")
    let input: [String: Any] = [
      "rows": task.features.rows, "features": task.features.columns,
      "outputs": task.targets.columns, "fitting": task.fittingRows.count, "penalties": penalties,
      "x": task.features.values.map { Double($0) }, "t": task.targets.values.map { Double($0) },
    ]
    let output = try python(
      [script.path], input: [UInt8](JSONSerialization.data(withJSONObject: input)))
    return try JSONDecoder().decode([Answer].self, from: Data(output))
  }

  @Test(arguments: [(1500, 9, 3), (700, 33, 1), (60, 70, 2), (2000, 120, 7)])
  func `ridge regression is that of numpy, and takes the best penalty`(
    rows: Int, features: Int, outputs: Int
  ) throws {
    let task = RouterTask.example(
      rows: rows, features: features, outputs: outputs, noise: 0.5, seed: UInt64(rows))
    let mean = LinearRouterFit(penalties: []).fit(task).heldOutError
    let penalties = LinearRouterFit().penalties
    let answers = try peer(task, penalties)
    #expect(answers.count == penalties.count)
    for (penalty, answer) in zip(penalties, answers) {
      // With too few rows, only the penalty limits the effect of rounding errors in the products.
      let tolerance = task.fittingRows.count > features ? 1e-4 : max(1e-4, 2e-6 / penalty)
      let (router, error) = LinearRouterFit(penalties: [penalty]).fit(task)
      #expect(router.kind == .linear)
      #expect(answer.error < mean)
      #expect(abs(error - answer.error) < tolerance * answer.error)
      var distance = 0.0
      func compare(_ found: Float, _ expected: Double) {
        distance = max(distance, abs(Double(found) - expected) / max(1, abs(expected)))
      }
      for (weight, expected) in zip(router.layers[0].weight.values, answer.weight) {
        compare(weight, expected)
      }
      let found = router.predict(task.features)
      for row in 0..<rows {
        for (output, value) in found[row].enumerated() {
          let products = zip(
            answer.weight[output * features..<(output + 1) * features], task.features[row])
          compare(value, products.reduce(answer.bias[output]) { $0 + $1.0 * Double($1.1) })
        }
      }
      #expect(distance < tolerance, "penalty \(penalty)")
    }
    let best = try #require(answers.map(\.error).min())
    #expect(abs(LinearRouterFit().fit(task).heldOutError / best - 1) < 1e-3)
  }

  @Test func `a linear truth is found`() {
    let task = RouterTask.example(rows: 3000, features: 30, outputs: 3, noise: 0.05, seed: 4)
    let (router, error) = LinearRouterFit().fit(task)
    #expect(task.determination(of: router).allSatisfy { $0 > 0.99 })
    #expect(error < 0.004)
  }

  @Test func `where features mislead the mean is kept`() {
    // Held-out targets have the opposite sign.
    let values = (0..<40).map { Float($0 % 20) - 9.5 }
    let task = RouterTask(
      features: Matrix(rows: 40, columns: 1, values: values),
      targets: Matrix(rows: 40, columns: 1, values: values.enumerated().map { $0 < 20 ? $1 : -$1 }),
      fitting: [0..<20], heldOut: [20..<40])
    #expect(LinearRouterFit().fit(task).router.predict(task.features).values.allSatisfy { $0 == 0 })
  }
}
