import Foundation
import Kernels
import TestSupport
import Testing

/// Vector operations in double precision.
@Suite struct FactorizationTests {
  init() { _ = Parallel(threads: 1) }

  private func block(_ matrix: Matrix) -> VectorBlock {
    VectorBlock(
      size: matrix.columns, count: matrix.rows, values: matrix.values.map { Double($0) })
  }

  /// Deviation of the vectors from orthonormality.
  private func defect(_ block: VectorBlock) -> Double {
    let products = block.products(with: block)
    return products.values.enumerated().reduce(0) { largest, entry in
      let isOne = entry.offset / block.count == entry.offset % block.count
      return max(largest, abs(entry.element - (isOne ? 1 : 0)))
    }
  }

  @Test(arguments: [(1, 1), (4, 4), (30, 7), (150, 90)])
  func `vectors become orthonormal and span what they spanned`(size: Int, count: Int) {
    var numbers = RandomNumbers(seed: UInt64(size))
    let original = block(numbers.matrix(count, size))
    var basis = original
    basis.orthonormalize()
    #expect(defect(basis) < 1e-12)
    let restored = basis.combined(by: original.products(with: basis))
    for (value, expected) in zip(restored.values, original.values) {
      #expect(abs(value - expected) < 1e-10)
    }
    var zeros = VectorBlock(
      size: size, count: count, values: [Double](repeating: 0, count: size * count))
    zeros.orthonormalize()
    #expect(defect(zeros) < 1e-12)
  }

  @Test(arguments: [(1, 1, 1), (8, 8, 3), (40, 12, 4)])
  func `leading eigenvectors are found, with their greatest element positive`(
    size: Int, count: Int, wanted: Int
  ) {
    var numbers = RandomNumbers(seed: UInt64(size))
    var directions = block(numbers.matrix(size, size))
    directions.orthonormalize()
    // Eigenvalue k is 2⁻ᵏ.
    let vectors = block(numbers.matrix(count, size)).leadingEigenvectors(wanted, steps: 10) {
      var parts = $0.products(with: directions)
      for index in parts.values.indices {
        parts.values[index] *= exp2(-Double(index % size))
      }
      return directions.combined(by: parts)
    }
    #expect(vectors.count == wanted && vectors.size == size)
    #expect(defect(vectors) < 1e-12)
    let products = vectors.products(with: directions)
    for index in 0..<wanted {
      #expect(abs(abs(products[index][index * size + index]) - 1) < 1e-9)
      let greatest = vectors[index].max { abs($0) < abs($1) } ?? 0
      #expect(greatest > 0)
    }
  }

  @Test(arguments: [(1, 1), (3, 7), (530, 6)])
  func `a cross matrix sums products, and takes vectors to products`(rows: Int, columns: Int) {
    var numbers = RandomNumbers(seed: UInt64(rows))
    let parts = [3, 0, 5].map { (numbers.matrix($0, rows), numbers.matrix($0, columns)) }
    var cross = CrossMatrix(rows: rows, columns: columns)
    for (left, right) in parts { cross.add(left, right, parallel: Parallel(threads: 2)) }
    let rowMeans = (0..<rows).map { Double($0 % 3) }
    let columnMeans = (0..<columns).map { Double($0) - 1 }
    cross.center(rowMeans, columnMeans, weight: 4)
    let right = block(numbers.matrix(2, columns))
    let left = block(numbers.matrix(2, rows))
    let (images, preimages) = (cross.times(right), cross.transposedTimes(left))
    var error = 0.0
    for row in 0..<rows {
      for column in 0..<columns {
        let sum = parts.reduce(0.0) { sum, part in
          (0..<part.0.rows).reduce(sum) { $0 + part.0[$1, row] * part.1[$1, column] }
        }
        let expected = sum / 4 - rowMeans[row] * columnMeans[column]
        error = max(error, abs(cross[row, column] - expected))
      }
      let image = (0..<columns).reduce(0.0) { $0 + cross[row, $1] * right.values[columns + $1] }
      error = max(error, abs(images.values[rows + row] - image))
    }
    for column in 0..<columns {
      let image = (0..<rows).reduce(0.0) { $0 + cross[$1, column] * left.values[rows + $1] }
      error = max(error, abs(preimages.values[columns + column] - image))
    }
    #expect(error < 1e-5)
  }

  @Test func `a centered Gram matrix is a covariance`() {
    var numbers = RandomNumbers(seed: 2)
    let rows = numbers.matrix(9, 5)
    let means = rows.columnSums().map { $0 / 9 }
    var gram = GramMatrix(size: 5)
    gram.add(rows)
    gram.center(means, weight: 9)
    for row in 0..<5 {
      for column in row..<5 {
        let expected = (0..<9).reduce(0.0) {
          $0 + (rows[$1, row] - means[row]) * (rows[$1, column] - means[column]) / 9
        }
        #expect(abs(gram[row, column] - expected) < 1e-6)
      }
    }
  }

  @Test func `rounding to BF16 goes to the nearest, of two to the even one`() {
    let cases: [(UInt32, UInt32)] = [
      (0x3F80_0000, 0x3F80_0000), (0x3F80_7FFF, 0x3F80_0000), (0x3F80_8000, 0x3F80_0000),
      (0x3F80_8001, 0x3F81_0000), (0x3F81_8000, 0x3F82_0000), (0xBF81_8000, 0xBF82_0000),
      (0x8000_0000, 0x8000_0000), (0x7F80_0000, 0x7F80_0000), (0x0000_8001, 0x0001_0000),
      (0x7F7F_FFFF, 0x7F80_0000), (0x3FFF_FFFF, 0x4000_0000),
    ]
    let matrix = Matrix(
      rows: 1, columns: cases.count, values: cases.map { Float(bitPattern: $0.0) })
    let rounded = matrix.roundedToBFloat16().values
    #expect(rounded.map(\.bitPattern) == cases.map(\.1))
    #expect(Matrix(rows: 1, columns: 1, values: [.nan]).roundedToBFloat16().values[0].isNaN)
  }

  @Test func `rows are moved, scaled and summed by weights`() {
    var numbers = RandomNumbers(seed: 3)
    let matrix = numbers.matrix(4, 3)
    let scales = [0.5, 0, 2, 1]
    let moved = matrix.subtracting([1, -2, 0.25], timesRows: scales)
    let means = [1, -2, 0.25]
    #expect(distance(moved) { (matrix[$0, $1] - means[$1]) * scales[$0] } < 1e-6)
    let sums = matrix.columnSums(weights: scales)
    for column in 0..<3 {
      let expected = (0..<4).reduce(0.0) { $0 + scales[$1] * matrix[$1, column] }
      #expect(abs(sums[column] - expected) < 1e-12)
    }
  }
}
