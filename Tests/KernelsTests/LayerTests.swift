import Foundation
import Kernels
import TestSupport
import Testing

/// Operations of a decoder layer other than matrix products.
@Suite struct LayerTests {
  @Test(arguments: [(1, 2, 10_000.0), (9, 4, 10_000), (300, 32, 500_000), (5, 6, 1)])
  func `rotary embedding turns the two halves of a head`(
    positions: Int, dimension: Int, base: Double
  ) {
    var numbers = RandomNumbers(seed: UInt64(positions))
    let before = numbers.matrix(positions, 3 * dimension)
    var after = before
    RotaryEmbedding(
      headDimension: dimension,
      frequencies: RotaryEmbedding.frequencies(dimension: dimension, base: base),
      positions: positions + 2
    ).rotate(&after)
    let half = dimension / 2
    let error = distance(after) { row, column in
      let place = column % dimension
      let pair = place % half
      let angle = Double(row) * pow(base, -2 * Double(pair) / Double(dimension))
      let first = before[row, column - place + pair]
      let second = before[row, column - place + pair + half]
      return place < half
        ? first * cos(angle) - second * sin(angle) : second * cos(angle) + first * sin(angle)
    }
    #expect(error < 1e-5)
    #expect(Array(after[0]) == Array(before[0]))
  }

  @Test(arguments: [(1, 1, 1, 2), (7, 4, 2, 3), (13, 6, 1, 4), (33, 3, 3, 5), (64, 8, 2, 16)])
  func `attention weighs what came before by the softmax of scores`(
    count: Int, heads: Int, keyValueHeads: Int, dimension: Int
  ) {
    var numbers = RandomNumbers(seed: UInt64(count * heads))
    let queries = numbers.matrix(count, heads * dimension)
    let keys = numbers.matrix(count, keyValueHeads * dimension)
    let values = numbers.matrix(count, keyValueHeads * dimension)
    let attention = Attention(
      heads: heads, keyValueHeads: keyValueHeads, scale: 1 / Float(dimension).squareRoot())
    let found = attention(queries: queries, keys: keys, values: values)
    #expect((found.rows, found.columns) == (count, heads * dimension))
    let error = distance(found) { row, column in
      let head = column / dimension
      let shared = head / (heads / keyValueHeads) * dimension
      let weights = (0...row).map { other in
        exp(
          (0..<dimension).reduce(0) {
            $0 + queries[row, head * dimension + $1] * keys[other, shared + $1]
          } / Double(dimension).squareRoot())
      }
      let weighed = (0...row).reduce(0.0) {
        $0 + weights[$1] * values[$1, shared + column % dimension]
      }
      return weighed / weights.reduce(0, +)
    }
    #expect(error < 1e-5)
  }

  /// Windows longer than the block of positions whose scores are computed together.
  @Test(
    arguments: [
      (true, nil, false), (true, 7, false), (true, 200, false), (false, nil, false),
      (false, 50, true), (false, 129, true),
    ] as [(Bool, Int?, Bool)])
  func `a position sees what its window shows, whatever is computed with it`(
    isCausal: Bool, span: Int?, isCentred: Bool
  ) {
    var numbers = RandomNumbers(seed: 5)
    let (count, dimension) = (300, 4)
    let inputs = (0..<3).map { _ in numbers.matrix(count, 2 * dimension) }
    let (slope, cap) = (Float(0.01), Float(3))
    let found = Attention(
      heads: 2, keyValueHeads: 2, scale: 1, isCausal: isCausal, span: span, isCentred: isCentred,
      softCap: cap, slopes: [slope, 0])(queries: inputs[0], keys: inputs[1], values: inputs[2])
    let error = distance(found) { row, column in
      let first = column / dimension * dimension
      let seen = (0..<count).filter { other in
        let after = isCausal ? 0 : isCentred ? (span ?? count) - 1 : count
        return other > row - (span ?? count + 1) && other <= row + after
      }
      let weights = seen.map { other in
        let score = (first..<first + dimension).reduce(0) {
          $0 + inputs[0][row, $1] * inputs[1][other, $1]
        }
        let fall = first == 0 ? Double(slope) * Double(abs(row - other)) : 0
        return exp(Double(cap) * tanh(score / Double(cap)) - fall)
      }
      let weighed = zip(seen, weights).reduce(0.0) { $0 + $1.1 * inputs[2][$1.0, column] }
      return weighed / weights.reduce(0, +)
    }
    #expect(error < 1e-5)
  }

  @Test func `attention with huge scores takes the largest`() {
    let queries = Matrix(rows: 2, columns: 2, values: [1e4, 0, 1e4, 0])
    let keys = Matrix(rows: 2, columns: 2, values: [1e4, 0, -1e4, 0])
    let values = Matrix(rows: 2, columns: 2, values: [1, 2, 3, 4])
    let found = Attention(heads: 1, keyValueHeads: 1, scale: 0.5)(
      queries: queries, keys: keys, values: values)
    #expect(found.values == [1, 2, 1, 2])
  }

  @Test func `slopes fall by powers of two, with those between for the remaining heads`() {
    func powers(_ exponents: [Float]) -> [Float] { exponents.map { exp2(-$0) } }
    #expect(Attention.slopes(heads: 8, exponent: 8) == powers([1, 2, 3, 4, 5, 6, 7, 8]))
    #expect(Attention.slopes(heads: 1, exponent: 8) == powers([8]))
    #expect(Attention.slopes(heads: 6, exponent: 8) == powers([2, 4, 6, 8, 1, 3]))
  }

  @Test func `scores fall with the distance by the slope`() {
    let zeros = Matrix(rows: 2, columns: 2)
    let values = Matrix(rows: 2, columns: 2, values: [1, 0, 0, 1])
    let found = Attention(
      heads: 1, keyValueHeads: 1, scale: 1, slopes: [Float(log(3.0))])(
        queries: zeros, keys: zeros, values: values)
    let expected: [[Double]] = [[1, 0], [0.25, 0.75]]
    #expect(distance(found) { expected[$0][$1] } < 1e-6)
  }

  @Test func `a window around a position ends before and after it`() {
    let zeros = Matrix(rows: 4, columns: 2)
    let values = Matrix(rows: 4, columns: 2, values: [6, 0, 0, 6, 0, 0, 6, 6])
    let found = Attention(
      heads: 1, keyValueHeads: 1, scale: 1, isCausal: false, span: 2, isCentred: true)(
        queries: zeros, keys: zeros, values: values)
    let expected: [[Double]] = [[3, 3], [2, 2], [2, 4], [3, 3]]
    #expect(distance(found) { expected[$0][$1] } < 1e-6)
  }

  @Test func `attention over no positions is empty`() {
    let empty = Matrix(rows: 0, columns: 4)
    let found = Attention(heads: 2, keyValueHeads: 2, scale: 1)(
      queries: empty, keys: empty, values: empty)
    #expect(found == empty)
  }

  @Test(arguments: [(1, 1), (5, 7), (3, 128), (2, 1000)])
  func `normalized rows have the weights' root mean square`(rows: Int, columns: Int) {
    var numbers = RandomNumbers(seed: UInt64(columns))
    let matrix = numbers.matrix(rows, columns)
    let weight = numbers.floats(columns)
    let found = matrix.rootMeanSquareNormalized(weight: weight, epsilon: 1e-5)
    let error = distance(found) { row, column in
      let square = (0..<columns).reduce(0) { $0 + matrix[row, $1] * matrix[row, $1] }
      let root = (square / Double(columns) + 1e-5).squareRoot()
      return matrix[row, column] / root * Double(weight[column])
    }
    #expect(error < 1e-5)
  }

  @Test func `a row of zeros stays one`() {
    let zeros = Matrix(rows: 1, columns: 3)
    let found = zeros.rootMeanSquareNormalized(weight: [1, 2, 3], epsilon: 1e-6)
    #expect(found == zeros)
  }

  @Test func `activation is that of the definition, gated or not`() {
    var numbers = RandomNumbers(seed: 11)
    let gate = Matrix(
      rows: 3, columns: 5, values: [-200, -20, 0, 20, 200] + numbers.floats(10))
    let up = numbers.matrix(3, 5)
    for activation in Activation.allCases {
      func act(_ x: Double) -> Double {
        switch activation {
        case .silu: x / (1 + exp(-x))
        case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
        case .geluTanh:
          x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
        case .relu: max(x, 0)
        case .reluSquared: max(x, 0) * max(x, 0)
        case .xielu:
          x > 0
            ? log1p(exp(0.203125)) * x * x + 0.5 * x
            : (0.5 + log1p(exp(-1.046875))) * (expm1(min(x, -1e-6)) - x) + 0.5 * x
        }
      }
      // Squares are 200 times as large as the other values.
      let tolerance = [.reluSquared, .xielu].contains(activation) ? 4e-3 : 2e-5
      var gated = gate
      gated.activate(activation, times: up)
      #expect(distance(gated) { act(gate[$0, $1]) * up[$0, $1] } < tolerance)
      var plain = gate
      plain.activate(activation)
      #expect(distance(plain) { act(gate[$0, $1]) } < tolerance)
    }
  }
}
