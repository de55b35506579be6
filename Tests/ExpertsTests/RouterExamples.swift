import Experts
import Foundation
import Kernels
import TestSupport

extension RandomNumbers {
  /// An approximately normal number: the sum of twelve uniform ones, minus 6.
  mutating func normal() -> Float {
    (0..<12).reduce(into: Float(-6)) { sum, _ in sum += Float.random(in: 0..<1, using: &self) }
  }
}

extension RouterTask {
  /// Features of many scales; the last one is constant.
  ///
  /// Targets are a curve of a weighted sum of features, which has about unit variance. The last
  /// quarter of the rows is held out.
  static func example(
    rows: Int, features: Int, outputs: Int, noise: Float = 0.1, seed: UInt64,
    _ curve: (Float) -> Float = { $0 }
  ) -> RouterTask {
    var numbers = RandomNumbers(seed: seed)
    let weights = (0..<outputs * features).map { _ in
      numbers.normal() / Float(features - 1).squareRoot()
    }
    var x: [Float] = []
    var targets: [Float] = []
    for _ in 0..<rows {
      let row = (0..<features).map { _ in numbers.normal() }
      x += row.enumerated().map { column, value in
        column == features - 1 ? 0.1 : value * pow(2, Float(column % 9 - 4)) + Float(column % 3)
      }
      for output in 0..<outputs {
        let sum = (0..<features - 1).reduce(Float(0)) {
          $0 + weights[output * features + $1] * row[$1]
        }
        targets.append(Float(output) * 5 - 2 + (1 + Float(output)) * curve(sum))
        targets[targets.count - 1] += noise * numbers.normal()
      }
    }
    let fitting = max(rows * 3 / 4, 1)
    return RouterTask(
      features: Matrix(rows: rows, columns: features, values: x),
      targets: Matrix(rows: rows, columns: outputs, values: targets),
      fitting: [0..<fitting], heldOut: [fitting..<rows])
  }
}

extension RouterTask {
  /// R² of a router on the held-out rows.
  func determination(of router: Router) -> [Double] {
    Determination.values(
      predicted: [router.predict(features.gatherRows(heldOutRows[...]))],
      truth: [targets.gatherRows(heldOutRows[...])])
  }
}

extension Router {
  var isFinite: Bool { tensors.allSatisfy { $0.values.allSatisfy(\.isFinite) } }
}
