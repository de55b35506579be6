import DMOE
import Experts
import Foundation
import Kernels
import TestSupport
import Testing

/// Properties of both kinds of router fit.
@Suite struct RouterFitTests {
  init() { _ = Parallel(threads: 1) }

  @Test(arguments: RouterKind.allCases)
  func `the error that is reported is that of the router`(kind: RouterKind) {
    let task = RouterTask.example(rows: 400, features: 9, outputs: 2, seed: 1)
    let (router, error) = Router.fit(kind: kind, task: task, width: 8, seed: 2)
    #expect(router.kind == kind && router.layers[0].weight.columns == 9)
    #expect(router.layers.last?.bias.count == 2)
    #expect(error == task.heldOutError(of: router))
    #expect(router.parameterCount == (kind == .mlp ? 8 * 10 + 2 * 9 : 20))
  }

  @Test(arguments: RouterKind.allCases)
  func `the same task and seed give the same bits, whatever the threads`(kind: RouterKind) {
    let task = RouterTask.example(rows: 900, features: 40, outputs: 3, seed: 2) { sin(2 * $0) }
    let expected = Router.fit(kind: kind, task: task, width: 16, seed: 7)
    for threads in [1, 2, 5] {
      let found = Parallel(threads: threads).map(6) { _ in
        Router.fit(kind: kind, task: task, width: 16, seed: 7)
      }
      for fit in found {
        #expect(fit.router == expected.router)
        #expect(fit.heldOutError == expected.heldOutError)
      }
    }
    let other = Router.fit(kind: kind, task: task, width: 16, seed: 8)
    #expect((other.router == expected.router) == (kind == .linear))
  }

  @Test(
    arguments: RouterKind.allCases,
    [(2, 2, 1), (3, 50, 1), (12, 50, 3), (5, 2, 2), (90, 3, 1), (345, 5, 1)])
  func `few rows and a constant feature do no harm`(
    kind: RouterKind, shape: (rows: Int, features: Int, outputs: Int)
  ) {
    let task = RouterTask.example(
      rows: shape.rows, features: shape.features, outputs: shape.outputs, seed: 3)
    let (router, error) = Router.fit(kind: kind, task: task, width: 4, seed: 0)
    #expect(router.isFinite)
    #expect(error.isFinite)
    // The constant feature has no weight, so it may have another value later.
    let weight = router.layers[0].weight
    for output in 0..<weight.rows { #expect(weight[output].last == 0) }
  }

  @Test(arguments: RouterKind.allCases, [Float(0), 0.1, -1e20, 1e-37])
  func `features and targets that do not vary give their mean`(kind: RouterKind, value: Float) {
    let features = Matrix(rows: 30, columns: 4, values: [Float](repeating: value, count: 120))
    let targets = Matrix(rows: 30, columns: 1, values: [Float](repeating: -3, count: 30))
    let task = RouterTask(
      features: features, targets: targets, fitting: [0..<20], heldOut: [20..<30])
    let (router, error) = Router.fit(kind: kind, task: task, width: 3, seed: 0)
    #expect(error == 0)
    #expect(router.predict(features).values == targets.values)
    #expect(task.determination(of: router) == [1])
  }

  @Test(arguments: RouterKind.allCases)
  func `features that move and grow change nothing but their weights`(kind: RouterKind) {
    let task = RouterTask.example(rows: 600, features: 12, outputs: 2, seed: 5) { $0 * $0 }
    var features = task.features
    for index in features.values.indices {
      features.values[index] = features.values[index] * 64 + 32
    }
    var targets = task.targets
    for index in targets.values.indices { targets.values[index] = targets.values[index] * 4 - 8 }
    let moved = RouterTask(
      features: features, targets: targets, fitting: [0..<450], heldOut: [450..<600])
    let plain = Router.fit(kind: kind, task: task, width: 8, seed: 1)
    let other = Router.fit(kind: kind, task: moved, width: 8, seed: 1)
    #expect(abs(other.heldOutError / 16 / plain.heldOutError - 1) < 1e-2)
    let expected = plain.router.predict(task.features).values
    for (value, expected) in zip(other.router.predict(features).values, expected) {
      #expect(abs(value - (expected * 4 - 8)) < 2e-2)
    }
  }

  @Test func `rows that are held out are not learned from`() {
    let task = RouterTask.example(rows: 400, features: 6, outputs: 1, seed: 6)
    var (features, targets) = (task.features, task.targets)
    for row in 300..<400 {
      targets.values[row] += 0.25
      features.values[row * 6 + 5] = 7
    }
    let other = RouterTask(
      features: features, targets: targets, fitting: [0..<300], heldOut: [300..<400])
    let linear = LinearRouterFit(penalties: [1e-3])
    #expect(linear.fit(other).router == linear.fit(task).router)
    var descent = MLPRouterFit(width: 8, seed: 0)
    descent.epochs = 1
    #expect(descent.fit(other).router == descent.fit(task).router)
  }

  @Test(arguments: [Float(0), 1, 100, -1000])
  func `a folded map takes raw features and gives raw outputs`(offset: Float) {
    var task = RouterTask.example(rows: 200, features: 12, outputs: 3, seed: 7)
    var features = task.features
    for index in features.values.indices { features.values[index] += offset }
    task = RouterTask(
      features: features, targets: task.targets, fitting: [0..<150], heldOut: [150..<200])
    let inputs = Standardization(of: features, rows: task.fittingRows)
    let outputs = Standardization(of: task.targets, rows: task.fittingRows)
    var numbers = RandomNumbers(seed: 8)
    let map = AffineMap(
      weight: Matrix(rows: 3, columns: 12, values: (0..<36).map { _ in numbers.normal() }),
      bias: [1, -2, 0])
    let expected = map(inputs.apply(to: features, rows: task.heldOutRows[...]))
    let found = map.giving(outputs).taking(inputs)(task.features.gatherRows(task.heldOutRows[...]))
    // Features far from zero lose precision in their variation.
    let tolerance = 1e-5 * Double(1 + abs(offset) * 4)
    for row in 0..<50 {
      for (output, value) in expected[row].enumerated() {
        let raw = Double(value) * outputs.deviations[output] + outputs.means[output]
        #expect(abs(Double(found.values[row * 3 + output]) - raw) < tolerance * max(1, abs(raw)))
      }
    }
    #expect(inputs.scales[11] == 0)
    let moments = inputs.apply(to: features, rows: task.fittingRows[...])
      .columnMoments(rows: Array(0..<150))
    for column in 0..<11 {
      #expect(abs(moments.means[column]) < 1e-6)
      #expect(abs(moments.deviations[column] - 1) < 1e-6)
    }
  }
}
