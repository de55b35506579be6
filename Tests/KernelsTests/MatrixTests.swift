import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct MatrixTests {
  static let shapes = [
    (1, 1, 1), (1, 7, 1), (3, 1, 5), (2, 3, 4), (17, 31, 13), (33, 64, 65), (5, 127, 3), (0, 3, 2),
    (3, 0, 2), (3, 2, 0),
  ]

  @Test(arguments: shapes)
  func `a product against rows is the sum of products`(m: Int, k: Int, n: Int) {
    var numbers = RandomNumbers(seed: UInt64(m * 10_000 + k * 100 + n))
    let left = numbers.matrix(m, k)
    let right = numbers.matrix(n, k)
    let product = left.timesTransposed(right)
    #expect((product.rows, product.columns) == (m, n))
    let error = distance(product) { row, column in
      (0..<k).reduce(0) { $0 + left[row, $1] * right[column, $1] }
    }
    #expect(error < 1e-5)
  }

  @Test(arguments: shapes)
  func `a product against columns is the sum of products`(m: Int, k: Int, n: Int) {
    var numbers = RandomNumbers(seed: UInt64(m * 10_000 + k * 100 + n))
    let left = numbers.matrix(m, k)
    let right = numbers.matrix(k, n)
    let product = left.times(right)
    #expect((product.rows, product.columns) == (m, n))
    let error = distance(product) { row, column in
      (0..<k).reduce(0) { $0 + left[row, $1] * right[$1, column] }
    }
    #expect(error < 1e-5)
  }

  @Test(arguments: [0..<11, 0..<1, 10..<11, 3..<8, 4..<4, 11..<11])
  func `a product takes only the rows it is given`(range: Range<Int>) {
    var numbers = RandomNumbers(seed: 7)
    let left = numbers.matrix(5, 6)
    let rows = numbers.matrix(11, 6)
    let transposed = left.timesTransposed(rows, rows: range)
    #expect((transposed.rows, transposed.columns) == (5, range.count))
    let error = distance(transposed) { row, column in
      (0..<6).reduce(0) { $0 + left[row, $1] * rows[range.lowerBound + column, $1] }
    }
    #expect(error < 1e-5)

    let weights = numbers.matrix(4, range.count)
    let weighed = weights.times(rows, rows: range)
    #expect((weighed.rows, weighed.columns) == (4, 6))
    let second = distance(weighed) { row, column in
      range.reduce(0) { $0 + weights[row, $1 - range.lowerBound] * rows[$1, column] }
    }
    #expect(second < 1e-5)
  }

  @Test func `matrices and biases are added element by element`() {
    var numbers = RandomNumbers(seed: 3)
    let first = numbers.matrix(7, 5)
    let second = numbers.matrix(7, 5)
    let bias = numbers.floats(9)
    var sum = first
    sum.add(second)
    #expect(distance(sum) { first[$0, $1] + second[$0, $1] } < 1e-6)
    sum = first
    sum.add(toEveryRow: bias[2..<7])
    #expect(distance(sum) { first[$0, $1] + Double(bias[2 + $1]) } < 1e-6)
    #expect(Array(first[3]) == Array(first.values[15..<20]))
  }

  @Test(arguments: [(1, 1), (3, 5), (17, 64), (2, 384)])
  func `sums over columns and rows are those of a plain loop`(rows: Int, columns: Int) {
    var numbers = RandomNumbers(seed: UInt64(rows))
    let matrix = numbers.matrix(rows, columns)
    func close(_ found: [Double], _ expected: [Double]) -> Bool {
      found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }
    }
    #expect(
      close(
        matrix.columnAbsoluteSums(),
        (0..<columns).map { column in (0..<rows).reduce(0) { $0 + abs(matrix[$1, column]) } }))
    #expect(
      close(
        matrix.columnSquareSums(),
        (0..<columns).map { column in
          (0..<rows).reduce(0) { $0 + matrix[$1, column] * matrix[$1, column] }
        }))
    #expect(
      close(
        matrix.rowDots(matrix),
        (0..<rows).map { row in
          (0..<columns).reduce(0) { $0 + matrix[row, $1] * matrix[row, $1] }
        }))
  }

  @Test func `sums of no rows are zero`() {
    #expect(Matrix(rows: 0, columns: 2).columnAbsoluteSums() == [0, 0])
    #expect(Matrix(rows: 0, columns: 2).columnSquareSums() == [0, 0])
    let empty = Matrix(rows: 0, columns: 2)
    #expect(empty.rowDots(empty) == [])
  }

  @Test(arguments: [1, 2, 4, 8], [(1, 1), (3, 70), (65, 33), (32, 32), (1, 9)])
  func `a transpose moves every element bit for bit`(size: Int, shape: (Int, Int)) {
    let (rows, columns) = shape
    var numbers = RandomNumbers(seed: UInt64(size * rows * columns))
    let bytes = numbers.bytes(rows * columns * size)
    let turned = Rearrangement.transpose(
      bytes, rows: rows, columns: columns, elementSize: size)
    var expected: [UInt8] = []
    for column in 0..<columns {
      for row in 0..<rows {
        let start = (row * columns + column) * size
        expected += bytes[start..<start + size]
      }
    }
    #expect(turned == expected)
    #expect(
      Rearrangement.transpose(turned, rows: columns, columns: rows, elementSize: size) == bytes)
  }

  @Test func `gathered rows can be scattered back`() {
    var numbers = RandomNumbers(seed: 5)
    let bytes = numbers.bytes(12 * 3)
    let order = Array(0..<12).shuffled(using: &numbers)
    let gathered = Rearrangement.gatherRows(order[...], of: bytes, rowBytes: 3)
    #expect(gathered == order.flatMap { bytes[3 * $0..<3 * $0 + 3] })
    #expect(Rearrangement.scatterRows(gathered, to: order) == bytes)
  }
}
