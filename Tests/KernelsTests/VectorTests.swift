import CVectors
import Foundation
import Testing

/// Vectorised loops, for every set of instructions of this processor, against plain loops in double
/// precision.
@Suite struct VectorTests {
  private static var available: [cv_loops] {
    var found: [cv_loops] = []
    while let loops = cv_available(found.count) { found.append(loops.pointee) }
    return found
  }

  private static func name(_ loops: cv_loops) -> String { String(cString: loops.instructions) }

  /// Values of all magnitudes and signs, in a number that fills no vector.
  private static var values: [Float] {
    let steps = (0..<4001).map { Float($0 - 2000) / 16 }
    let powers = (0..<400).map { Float(exp2(Double($0) / 4 - 90)) }
    return steps + powers + powers.map { -$0 } + [0, -0.0]
  }

  /// Largest error, relative where results are normal numbers.
  private static func error(_ found: [Float], _ expected: [Double]) -> Double {
    zip(found, expected).reduce(0) { worst, pair in
      let (found, expected) = (Double(pair.0), pair.1)
      // e⁸⁹ is no float: what is of the size of its inverse becomes 0.
      let scale = max(abs(expected), 1e-29)
      return max(worst, abs(found - expected) / scale)
    }
  }

  @Test func `the plain loops are there, and the best come first`() {
    let names = Self.available.map(Self.name)
    #expect(names.last == "plain")
    #expect(names == ["AVX-512", "AVX2", "plain"].filter(names.contains))
  }

  @Test func `activations and caps`() {
    let values = Self.values
    let factors = values.indices.map { Float($0 % 7) - 3 }
    for loops in Self.available {
      var found = values
      loops.silu(&found, factors, found.count)
      let silu = zip(values, factors).map { Double($0) / (1 + exp(-Double($0))) * Double($1) }
      #expect(Self.error(found, silu) < 4e-7, "\(Self.name(loops))")
      found = values
      loops.gelu_tanh(&found, nil, found.count)
      let root = (2 / Double.pi).squareRoot()
      let gelu = values.map { value in
        let x = Double(value)
        // (1 + tanh y) / 2, without cancellation.
        return x / (1 + exp(-2 * root * (x + 0.044715 * x * x * x)))
      }
      // The cube's rounding counts as often as the exponent is large.
      for (index, value) in values.enumerated() where abs(value) < 3 {
        #expect(Self.error([found[index]], [gelu[index]]) < 4e-6, "\(Self.name(loops)), \(value)")
      }
      for (index, value) in values.enumerated() {
        #expect(abs(Double(found[index]) - gelu[index]) <= 4e-7 * max(abs(Double(value)), 1e-30))
      }
      found = values
      loops.cap(&found, found.count, 5)
      #expect(Self.error(found, values.map { 5 * tanh(Double($0) / 5) }) < 4e-7)
    }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 100, 4805])
  func `sums, softmax and the largest value`(count: Int) {
    let values = (0..<count).map { Float(sin(Double($0) * 12.9)) * 20 }
    let others = (0..<count).map { values[$0] + Float(cos(Double($0))) }
    let maximum = values.max() ?? 0
    let exponentials = values.map { exp(Double($0 - maximum)) }
    let sum = exponentials.reduce(0, +)
    var divergence = 0.0
    for index in 0..<count {
      let difference = Double(values[index]) - Double(others[index]) + 0.25
      divergence += exponentials[index] * difference
    }
    for loops in Self.available {
      var found = values
      loops.softmax(&found, count)
      #expect(Self.error(found, exponentials.map { $0 / sum }) < 4e-7 + 1e-9 * Double(count))
      #expect(abs(loops.exponential_sum(values, count, maximum) / sum - 1) < 4e-7)
      let own = loops.divergence(values, others, count, maximum, 0.25)
      #expect(abs(own - divergence) < 1e-6 * sum)
      #expect(loops.largest(values, count) == values.firstIndex(of: maximum))
    }
  }

  @Test func `values that are no numbers, or infinite`() {
    for loops in Self.available {
      var values: [Float] = [.nan, 1, -.infinity, 200, -200]
      loops.silu(&values, nil, values.count)
      #expect(values[0].isNaN && values[3] == 200 && values[4] == 0)
      for spoilt in [Float.nan, .infinity] {
        var scores: [Float] = [1, spoilt, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
        #expect(loops.exponential_sum(scores, scores.count, 17).isFinite == false)
        loops.softmax(&scores, scores.count)
        #expect(scores.contains { $0.isNaN })
      }
      #expect(loops.largest([.nan, 1, 3, .nan, 3], 5) == 2)
      #expect(loops.largest([.nan, .nan], 2) == 0 && loops.largest([-.infinity], 1) == 0)
      #expect(loops.exponential_sum([-.infinity, 0], 2, 0) == 1)
      var one: [Float] = [-.infinity, 3]
      loops.softmax(&one, 2)
      #expect(one == [0, 1])
    }
  }
}
