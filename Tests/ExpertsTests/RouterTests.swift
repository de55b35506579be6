import DMOE
import Experts
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct RouterTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    let values = (0..<rows * columns).map { _ in numbers.normal() }
    return Matrix(rows: rows, columns: columns, values: values)
  }

  private func map(_ outputs: Int, _ inputs: Int, seed: UInt64) -> AffineMap {
    AffineMap(
      weight: matrix(outputs, inputs, seed: seed), bias: matrix(1, outputs, seed: seed + 1).values)
  }

  private var routers: [Router] {
    [
      Router(linear: map(3, 5, seed: 1)), Router(linear: map(1, 1, seed: 2)),
      Router(first: map(7, 5, seed: 3), second: map(3, 7, seed: 4)),
      Router(first: map(1, 1, seed: 5), second: map(1, 1, seed: 6)),
    ]
  }

  @Test func `predictions are those of plain loops`() {
    func apply(_ map: AffineMap, _ inputs: [Double]) -> [Double] {
      map.bias.indices.map { output in
        zip(map.weight[output], inputs).reduce(Double(map.bias[output])) {
          $0 + Double($1.0) * $1.1
        }
      }
    }
    for router in routers {
      let features = matrix(11, router.layers[0].weight.columns, seed: 7)
      let found = router.predict(features)
      #expect((found.rows, found.columns) == (11, router.layers.last?.bias.count))
      for row in 0..<11 {
        var values = apply(router.layers[0], features[row].map { Double($0) })
        if router.kind == .mlp {
          values = values.map { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }
          values = apply(router.layers[1], values)
        }
        for (value, expected) in zip(found[row], values) {
          #expect(abs(Double(value) - expected) < 1e-4)
        }
      }
    }
  }

  @Test func `parameters are counted with biases`() {
    #expect(routers.map(\.parameterCount) == [18, 2, 7 * 6 + 3 * 8, 4])
    #expect(routers.map(\.kind) == [.linear, .linear, .mlp, .mlp])
  }

  @Test func `a router survives its tensors, in any order`() throws {
    for router in routers {
      let tensors = router.tensors
      #expect(tensors.map(\.name) == Router.tensorNames(router.kind))
      #expect(tensors.reduce(0) { $0 + $1.rows * $1.columns } == router.parameterCount)
      #expect(try Router(router.kind, tensors: tensors) == router)
      #expect(try Router(router.kind, tensors: tensors.reversed()) == router)
    }
  }

  @Test func `tensors that are missing or too many are refused by name`() {
    for router in routers {
      for (index, tensor) in router.tensors.enumerated() {
        var tensors = router.tensors
        tensors.remove(at: index)
        #expect(throws: RouterError.missing(tensor.name)) {
          try Router(router.kind, tensors: tensors)
        }
        #expect(throws: RouterError.unexpected(tensor.name)) {
          try Router(router.kind, tensors: router.tensors + [tensor])
        }
      }
      let other: RouterKind = router.kind == .mlp ? .linear : .mlp
      #expect(throws: RouterError.unexpected(router.tensors[0].name)) {
        try Router(other, tensors: router.tensors)
      }
    }
  }

  @Test(
    arguments: [
      (0, 0, 5), (0, 7, 0), (0, -7, -5), (0, 8, 5), (0, Int.max, Int.max), (1, 7, 1),
      (1, 1, 6), (2, 3, 6), (2, 7, 3), (3, 1, 4), (3, 3, 1),
    ])
  func `tensors of other shapes are refused`(index: Int, rows: Int, columns: Int) {
    var tensors = routers[2].tensors
    let tensor = tensors[index]
    let product = rows.multipliedReportingOverflow(by: columns)
    let fits = !product.overflow && (0..<1000).contains(product.partialValue) && rows >= 0
    for count in [fits ? product.partialValue : tensor.values.count, 1, 0] {
      tensors[index] = Router.Tensor(
        name: tensor.name, rows: rows, columns: columns,
        values: [Float](repeating: 1, count: count))
      #expect(throws: RouterError.self) { try Router(.mlp, tensors: tensors) }
    }
  }

  @Test func `determination is one for the truth and none for the mean`() {
    let truth = routers[0]
    let features = matrix(60, 5, seed: 8)
    let task = RouterTask(
      features: features, targets: truth.predict(features), fitting: [0..<10, 20..<40],
      heldOut: [10..<20, 40..<60])
    #expect(task.heldOutError(of: truth) == 0)
    #expect(task.determination(of: truth) == [1, 1, 1])
    let means = task.targets.columnMoments(rows: task.heldOutRows).means
    let flat = Router(
      linear: AffineMap(weight: Matrix(rows: 3, columns: 5), bias: means.map { Float($0) }))
    #expect(task.determination(of: flat).allSatisfy { abs($0) < 1e-6 })
    let rows = Array(10..<20) + Array(40..<60)
    #expect(task.heldOutRows == rows)
    let expected = rows.reduce(0.0) { sum, row in
      zip(task.targets[row], means).reduce(sum) { $0 + pow(Double($1.0) - $1.1, 2) }
    }
    #expect(abs(task.heldOutError(of: flat) - expected / 90) < 1e-5)
  }
}
