import Experts
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct MLPRouterTests {
  init() { _ = Parallel(threads: 1) }

  /// Mean squared error of a network, in double precision.
  private func loss(_ first: [[Double]], _ second: [[Double]], _ x: Matrix, _ t: Matrix) -> Double {
    func apply(_ layer: [[Double]], _ inputs: [Double]) -> [Double] {
      layer.map { row in zip(row, inputs + [1]).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    var sum = 0.0
    for row in 0..<x.rows {
      let hidden = apply(first, x[row].map { Double($0) })
      let outputs = apply(second, hidden.map { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 })
      sum += zip(outputs, t[row]).reduce(0) { $0 + pow($1.0 - Double($1.1), 2) }
    }
    return sum / Double(t.values.count)
  }

  /// Weights of each output, followed by its bias.
  private func rows(_ map: AffineMap) -> [[Double]] {
    map.bias.indices.map { row in map.weight[row].map { Double($0) } + [Double(map.bias[row])] }
  }

  @Test(arguments: [(1, 1, 1, 1), (7, 5, 4, 3), (20, 3, 6, 1)])
  func `gradients are finite differences`(count: Int, features: Int, width: Int, outputs: Int) {
    var numbers = RandomNumbers(seed: UInt64(count))
    func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      let values = (0..<rows * columns).map { _ in numbers.normal() }
      return Matrix(rows: rows, columns: columns, values: values)
    }
    let (x, t) = (matrix(count, features), matrix(count, outputs))
    let network = RouterNetwork(
      first: AffineMap(weight: matrix(width, features), bias: matrix(1, width).values),
      second: AffineMap(weight: matrix(outputs, width), bias: matrix(1, outputs).values))
    let gradient = network.gradient(inputs: x, targets: t)
    let layers = [rows(network.first), rows(network.second)]
    for (layer, found) in [rows(gradient.first), rows(gradient.second)].enumerated() {
      for row in found.indices {
        for column in found[row].indices {
          let slope = [1e-5, -1e-5].reduce(0) { sum, step in
            var moved = layers
            moved[layer][row][column] += step
            return sum + loss(moved[0], moved[1], x, t) / (2 * step)
          }
          #expect(abs(found[row][column] - slope) < 1e-4 * max(1, abs(slope)))
        }
      }
    }
  }

  @Test func `the rate rises to its maximum and falls to nearly nothing`() {
    let rate = OneCycleRate(maximum: 3e-3, steps: 100)
    // Values of torch.optim.lr_scheduler.OneCycleLR(max_lr=3e-3, total_steps=100).
    let expected = [
      0: 1.2e-4, 1: 1.2844134169772217e-4, 10: 8.854918453923021e-4, 29: 3e-3,
      30: 2.998489605853573e-3, 50: 2.381680351727196e-3, 64: 1.500006e-3,
      98: 1.5223941464273639e-6, 99: 1.2e-8,
    ]
    for (step, expected) in expected { #expect(abs(rate(step) / expected - 1) < 1e-9) }
    #expect((1...29).allSatisfy { rate($0) > rate($0 - 1) })
    #expect((30...99).allSatisfy { rate($0) < rate($0 - 1) })
    for steps in 1...12 {
      let rate = OneCycleRate(maximum: 1, steps: steps)
      #expect((0..<steps).allSatisfy { (3.9e-6...1 + 1e-9).contains(rate($0)) })
    }
  }

  @Test func `a curve is learned that no line follows`() {
    let task = RouterTask.example(rows: 12_000, features: 10, outputs: 3, noise: 0.05, seed: 1) {
      $0 * $0 + $0 / 4
    }
    let (router, error) = MLPRouterFit(width: 64, seed: 0).fit(task)
    let linear = LinearRouterFit().fit(task)
    #expect(task.determination(of: router).allSatisfy { $0 > 0.9 })
    #expect(task.determination(of: linear.router).allSatisfy { $0 < 0.5 })
    #expect(error < 0.2 * linear.heldOutError)
  }

  @Test func `before any epoch the outputs are near the mean`() {
    let task = RouterTask.example(rows: 500, features: 10, outputs: 2, seed: 2)
    var fit = MLPRouterFit(width: 32, seed: 0)
    fit.epochs = 0
    let moments = task.targets.columnMoments(rows: task.fittingRows)
    let predictions = fit.fit(task).router.predict(task.features)
    for row in 0..<500 {
      for (output, value) in predictions[row].enumerated() {
        #expect(abs(Double(value) - moments.means[output]) < 0.5 * moments.deviations[output])
      }
    }
  }

  @Test func `more epochs than are good are not kept`() {
    // Pure noise: anything learned is wrong.
    var numbers = RandomNumbers(seed: 3)
    let features = Matrix(rows: 80, columns: 40, values: (0..<3200).map { _ in numbers.normal() })
    let targets = Matrix(rows: 80, columns: 1, values: (0..<80).map { _ in numbers.normal() })
    let task = RouterTask(
      features: features, targets: targets, fitting: [0..<40], heldOut: [40..<80])
    var fit = MLPRouterFit(width: 64, seed: 0)
    fit.epochs = 0
    let mean = fit.fit(task).heldOutError
    fit.epochs = 300
    fit.maximalRate = 1e-2
    #expect(fit.fit(task).heldOutError <= mean)
  }
}
