import Kernels
import TestSupport
import Testing

@Suite struct RearrangementTests {
  @Test(arguments: [1, 2, 4, 8])
  func `a transpose moves every element as a plain loop does`(size: Int) {
    var numbers = RandomNumbers(seed: UInt64(size))
    for (rows, columns) in [
      (1, 1), (1, 7), (7, 1), (3, 5), (31, 33), (32, 32), (33, 31), (64, 65), (100, 3), (0, 5),
      (5, 0),
    ] {
      let matrix = numbers.bytes(rows * columns * size)
      var expected = matrix
      for row in 0..<rows {
        for column in 0..<columns {
          for byte in 0..<size {
            expected[(column * rows + row) * size + byte] =
              matrix[(row * columns + column) * size + byte]
          }
        }
      }
      let found = Rearrangement.transpose(
        matrix, rows: rows, columns: columns, elementSize: size)
      #expect(found == expected, "\(rows) × \(columns)")
      #expect(
        Rearrangement.transpose(found, rows: columns, columns: rows, elementSize: size) == matrix)
    }
  }

  @Test func `rows are gathered in the order asked for, and scattered back`() {
    var numbers = RandomNumbers(seed: 9)
    for (rows, rowBytes) in [(1, 1), (5, 3), (17, 8), (64, 257), (3, 0)] {
      let matrix = numbers.bytes(rows * rowBytes)
      let order = (0..<rows).shuffled(using: &numbers)
      let gathered = Rearrangement.gatherRows(order[...], of: matrix, rowBytes: rowBytes)
      var expected: [UInt8] = []
      for row in order {
        for byte in 0..<rowBytes { expected.append(matrix[row * rowBytes + byte]) }
      }
      #expect(gathered == expected)
      #expect(Rearrangement.scatterRows(gathered, to: order) == matrix)
      // A subset of the rows.
      let some = order.dropFirst(rows / 2)
      let part = Rearrangement.gatherRows(some, of: matrix, rowBytes: rowBytes)
      #expect(part == Array(expected[(rows / 2 * rowBytes)...]))
    }
  }
}
