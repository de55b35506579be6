import Foundation
import Kernels
import TestSupport
import Testing

/// Operations used in fitting: products, moments, descent steps.
@Suite struct FittingTests {
  init() { _ = Parallel(threads: 1) }

  @Test(arguments: MatrixTests.shapes)
  func `a transposed product is the sum of products over rows`(m: Int, k: Int, n: Int) {
    var numbers = RandomNumbers(seed: UInt64(m * 10_000 + k * 100 + n))
    let left = numbers.matrix(k, m)
    let right = numbers.matrix(k, n)
    let product = left.transposedTimes(right)
    #expect((product.rows, product.columns) == (m, n))
    let error = distance(product) { row, column in
      (0..<k).reduce(0) { $0 + left[$1, row] * right[$1, column] }
    }
    #expect(error < 1e-5)
  }

  @Test func `GELU and its slope are those of the error function`() {
    let points: [Float] =
      stride(from: -12, through: 12, by: 0.01).map { $0 } + [-1e30, -100, 0, 100, 1e18]
    let matrix = Matrix(rows: 1, columns: points.count, values: points)
    var plain = matrix
    plain.applyGELU()
    var values = matrix
    let slopes = values.applyGELUWithSlopes()
    #expect(values == plain)
    for (index, point) in points.enumerated() {
      let x = Double(point)
      let share = 0.5 * erfc(-x / 2.0.squareRoot())
      let expected = x * share
      #expect(abs(Double(values.values[index]) - expected) <= 4e-7 * abs(expected) + 2e-7)
      let slope = share + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      #expect(abs(Double(slopes.values[index]) - slope) < 1e-6)
    }
  }

  @Test(arguments: [(1, 1), (3, 1), (5, 7), (70, 33)])
  func `a Gram matrix sums the products of all rows`(rows: Int, size: Int) {
    var numbers = RandomNumbers(seed: UInt64(rows))
    let parts = [numbers.matrix(rows, size), numbers.matrix(0, size), numbers.matrix(2, size)]
    var gram = GramMatrix(size: size)
    for part in parts { gram.add(part) }
    var trace = 0.0
    for row in 0..<size {
      for column in row..<size {
        let expected = parts.reduce(0.0) { sum, part in
          (0..<part.rows).reduce(sum) { $0 + part[$1, row] * part[$1, column] }
        }
        #expect(abs(gram[row, column] - expected) < 1e-5)
        if row == column { trace += expected }
      }
    }
    #expect(abs(gram.diagonalMean - trace / Double(size)) < 1e-5)
  }

  @Test func `a Gram matrix of several tiles is the same on any number of threads`() {
    var numbers = RandomNumbers(seed: 13)
    let size = 1030
    let rows = numbers.matrix(20, size)
    let factors = numbers.matrix(size, 3)
    var single = GramMatrix(size: size)
    var several = single
    single.add(rows)
    several.add(rows, parallel: Parallel(threads: 8))
    let sums = single
    single.multiply(byProductsOfRows: factors, offDiagonal: 0.25)
    several.multiply(byProductsOfRows: factors, offDiagonal: 0.25, parallel: Parallel(threads: 8))
    var isSame = true
    var error = 0.0
    for row in 0..<size {
      for column in row..<size {
        isSame = isSame && single[row, column] == several[row, column]
        let sum = (0..<20).reduce(0.0) { $0 + rows[$1, row] * rows[$1, column] }
        let factor = (0..<3).reduce(0.0) { $0 + factors[row, $1] * factors[column, $1] }
        error = max(error, abs(sums[row, column] - sum))
        let product = sum * factor * (row == column ? 1 : 0.25)
        error = max(error, abs(single[row, column] - product))
      }
    }
    #expect(isSame)
    #expect(error < 2e-5)
  }

  @Test(arguments: [(1, 1), (2, 3), (12, 2), (40, 5)])
  func `a solution satisfies its equations`(size: Int, count: Int) throws {
    var numbers = RandomNumbers(seed: UInt64(size))
    var gram = GramMatrix(size: size)
    gram.add(numbers.matrix(2 * size, size))
    let rightSides = numbers.floats(size * count).map(Double.init)
    let solution = try #require(gram.solve(rightSides, ridge: 0.5))
    for side in 0..<count {
      for row in 0..<size {
        let sum = (0..<size).reduce(0.5 * solution[side * size + row]) {
          $0 + gram[min(row, $1), max(row, $1)] * solution[side * size + $1]
        }
        #expect(abs(sum - rightSides[side * size + row]) < 1e-9)
      }
    }
  }

  @Test func `what is not positive definite has no solution`() {
    var gram = GramMatrix(size: 2)
    #expect(gram.solve([1, 2], ridge: 0) == nil)
    #expect(gram.solve([1, 2], ridge: -1) == nil)
    #expect(gram.solve([1, 2], ridge: 4) == [0.25, 0.5])
    gram.add(Matrix(rows: 1, columns: 2, values: [.nan, 1]))
    #expect(gram.solve([1, 2], ridge: 1) == nil)
  }

  @Test func `moments are those of the rows that are given`() {
    var numbers = RandomNumbers(seed: 9)
    var matrix = numbers.matrix(20, 6)
    for row in 0..<20 { matrix.values[row * 6] = 0.1 }
    let rows = [3, 4, 5, 11, 19]
    let moments = matrix.columnMoments(rows: rows)
    for column in 0..<6 {
      let mean = rows.reduce(0) { $0 + matrix[$1, column] } / 5
      let variance = rows.reduce(0) { $0 + pow(matrix[$1, column] - mean, 2) } / 5
      #expect(abs(moments.means[column] - mean) < 1e-12)
      #expect(abs(moments.deviations[column] - variance.squareRoot()) < 1e-12)
    }
    let sums = matrix.columnSums()
    for column in 0..<6 {
      #expect(abs(sums[column] - (0..<20).reduce(0) { $0 + matrix[$1, column] }) < 1e-12)
    }
  }

  @Test func `rows are gathered in the order of their indices, moved and scaled`() {
    var numbers = RandomNumbers(seed: 10)
    let matrix = numbers.matrix(9, 4)
    let indices = [0, 8, 3, 3, 1]
    let gathered = matrix.gatherRows(indices[1...])
    #expect((gathered.rows, gathered.columns) == (4, 4))
    #expect(distance(gathered) { matrix[indices[$0 + 1], $1] } == 0)
    let means = [1, -2, 0, 1e6]
    let scales = [1, 3, 0, 1e-3]
    let scaled = matrix.gatherRows(indices[1...], subtracting: means, times: scales)
    let error = distance(scaled) { (matrix[indices[$0 + 1], $1] - means[$1]) * scales[$1] }
    #expect(error < 1e-4)
    #expect(matrix.gatherRows([]).rows == 0)
  }

  @Test func `matrices are subtracted and multiplied element by element`() {
    var numbers = RandomNumbers(seed: 11)
    let first = numbers.matrix(7, 5)
    let second = numbers.matrix(7, 5)
    var result = first
    result.subtract(second)
    #expect(distance(result) { first[$0, $1] - second[$0, $1] } < 1e-6)
    result = first
    result.multiply(second)
    #expect(distance(result) { first[$0, $1] * second[$0, $1] } < 1e-6)
    result = first
    result.multiply(by: 0.25)
    #expect(distance(result) { first[$0, $1] * 0.25 } == 0)
  }

  @Test func `steps of AdamW are those of its definition`() {
    var numbers = RandomNumbers(seed: 12)
    var parameters = numbers.floats(7)
    var expected = parameters.map { Double($0) }
    var first = [Double](repeating: 0, count: 7)
    var second = first
    var optimizer = AdamW(count: 7)
    for step in 1...50 {
      let rate = 0.01 / Double(step)
      var gradient = numbers.floats(7)
      gradient[0] = 0
      optimizer.update(&parameters, gradient: gradient, rate: rate, weightDecay: 0.1)
      for index in 0..<7 {
        let slope = Double(gradient[index])
        first[index] = 0.9 * first[index] + 0.1 * slope
        second[index] = 0.999 * second[index] + 0.001 * slope * slope
        let mean = first[index] / (1 - pow(0.9, Double(step)))
        let square = second[index] / (1 - pow(0.999, Double(step)))
        expected[index] -= rate * 0.1 * expected[index]
        expected[index] -= rate * mean / (square.squareRoot() + 1e-8)
      }
    }
    for index in 0..<7 { #expect(abs(Double(parameters[index]) - expected[index]) < 1e-5) }
  }
}
