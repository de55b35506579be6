import Experts
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct CompensationTests {
  private struct Answer: Decodable {
    let predictions: [Double]
    let error: Double
    let explained: Double
  }

  init() { _ = Parallel(threads: 1) }

  private func peer(_ example: CompensationExample, rank: Int) throws -> Answer {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "compensation_peer.py")
    let input: [String: Any] = [
      "tokens": example.inputs.rows, "rank": rank,
      "x": example.inputs.values.map { Double($0) },
      "t": example.targets.values.map { Double($0) }, "a": example.weights,
    ]
    let output = try python(
      [script.path], input: [UInt8](JSONSerialization.data(withJSONObject: input)))
    return try JSONDecoder().decode(Answer.self, from: Data(output))
  }

  @Test(arguments: [(300, 12, 0), (300, 12, 3), (300, 12, 12), (500, 60, 5), (40, 64, 6)])
  func `the map is that of numpy, but for its rounding`(
    tokens: Int, size: Int, rank: Int
  ) throws {
    let example = CompensationExample(tokens: tokens, size: size, decay: 1, seed: UInt64(tokens))
    let compensation = example.fit().fit(rank: rank)
    #expect(compensation.rank == rank)
    #expect(compensation.first == compensation.first.roundedToBFloat16())
    #expect(compensation.second == compensation.second.roundedToBFloat16())
    let answer = try peer(example, rank: rank)
    let outputs = compensation(example.inputs)
    var left = example.targets
    left.subtract(outputs)
    // If nearly everything is explained, the residual is rounding error.
    let tolerance = 5e-3 * answer.error + 1e-4 * answer.explained
    #expect(abs(example.meanSquare(of: left) - answer.error) < tolerance)
    var distance = outputs
    distance.subtract(
      Matrix(rows: tokens, columns: size, values: answer.predictions.map { Float($0) }))
    #expect(example.meanSquare(of: distance) <= 1e-4 * answer.explained + 1e-9)
    #expect(example.meanErrors(of: outputs).allSatisfy { abs($0) < 2e-5 })
  }

  @Test(arguments: [Float(1e20), 1e30, 3e38])
  func `terms that overflow single precision give a finite map`(scale: Float) {
    let example = CompensationExample(tokens: 60, size: 12, decay: 1, seed: 3)
    var inputs = example.inputs
    inputs.multiply(by: scale / 100)
    var targets = example.targets
    targets.multiply(by: scale / 100)
    var fit = CompensationFit(features: 12)
    fit.add(inputs, targets, weights: example.weights)
    for scales in [nil, [Float](repeating: 0x1p-133, count: 12)] {
      #expect(fit.fit(rank: 3, outputScales: scales).isFinite)
    }
  }

  @Test(arguments: [Float(0.125), 0.25, 1])
  func `where no direction stands out it explains as much as a full decomposition`(
    decay: Float
  ) throws {
    let example = CompensationExample(
      tokens: 1500, size: 160, decay: decay, noise: 0, seed: 17)
    let answer = try peer(example, rank: 20)
    var outputs = example.fit().fit(rank: 20)(example.inputs)
    let total = example.weights.reduce(0, +)
    let means = outputs.columnSums(weights: example.weights).map { Float(-$0 / total) }
    outputs.add(toEveryRow: means[...])
    #expect(abs(example.meanSquare(of: outputs) / answer.explained - 1) < 1e-2)
  }

  @Test func `threads change no bit, neither does a common factor of the weights`() {
    let example = CompensationExample(tokens: 90, size: 530, decay: 1, seed: 5)
    #expect(example.fit().fit(rank: 4) == example.fit(threads: 8).fit(rank: 4))

    let small = CompensationExample(tokens: 200, size: 24, decay: 1, seed: 6)
    var fit = CompensationFit(features: 24)
    fit.add(small.inputs, small.targets, weights: small.weights)
    var other = CompensationFit(features: 24)
    other.add(small.inputs, small.targets, weights: small.weights.map { $0 * 0x1p-20 })
    #expect(fit.fit(rank: 3) == other.fit(rank: 3))
  }

  @Test func `of each direction the greatest element is positive`() {
    let example = CompensationExample(tokens: 200, size: 30, decay: 1, seed: 8)
    let second = example.fit().fit(rank: 6).second.transposed()
    for row in 0..<6 {
      let greatest = second[row].max { abs($0) < abs($1) }
      #expect((greatest ?? 0) > 0)
    }
  }

  @Test(arguments: [0, 2, 7])
  func `inputs that tell nothing leave the mean`(rank: Int) {
    var numbers = RandomNumbers(seed: 9)
    let constant = Matrix(rows: 5, columns: 7, values: [Float](repeating: 0.1, count: 35))
    let targets = Matrix(rows: 5, columns: 7, values: (0..<35).map { _ in numbers.normal() })
    let zeros = Matrix(rows: 5, columns: 7)
    let weights = [1.0, 2, 0, 4, 1]
    func fit(_ inputs: Matrix, _ targets: Matrix, _ weights: [Double]) -> Compensation {
      var fit = CompensationFit(features: 7)
      fit.add(inputs, targets, weights: weights)
      return fit.fit(rank: rank)
    }
    let means = targets.columnSums(weights: weights).map { Float($0 / 8) }
    for output in fit(constant, targets, weights)(constant).values.enumerated() {
      #expect(abs(output.element - means[output.offset % 7]) < 1e-6)
    }
    let silent = fit(targets, zeros, weights)
    #expect(silent.rank == rank && silent(targets).values.allSatisfy { $0 == 0 })
    for none in [
      fit(targets, targets, [0, 0, 0, 0, 0]), CompensationFit(features: 7).fit(rank: rank),
    ] {
      #expect(none.rank == rank && none(targets).values.allSatisfy { $0 == 0 })
    }
    // A single token with weight.
    let single = fit(targets, targets, [0, 3, 0, 0, 0])(targets)
    for column in 0..<7 { #expect(abs(single[1][column + 7] - targets[1][column + 7]) < 1e-5) }
  }
}
