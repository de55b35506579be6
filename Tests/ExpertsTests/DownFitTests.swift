import Checkpoints
import Experts
import Kernels
import Running
import TestSupport
import Testing
import Work

@Suite struct DownFitTests {
  private static func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    return Matrix(
      rows: rows, columns: columns,
      values: (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &numbers) })
  }

  /// Solution of the normal equations by elimination in double precision, neurons × outputs.
  private static func expected(
    _ hidden: Matrix, _ errors: Matrix, _ weights: [Double]
  ) -> [[Double]] {
    let size = hidden.columns
    var rows = (0..<size).map { _ in [Double](repeating: 0, count: size + errors.columns) }
    for token in 0..<hidden.rows {
      for row in 0..<size {
        let factor = weights[token] * Double(hidden.values[token * size + row])
        for column in 0..<size {
          rows[row][column] += factor * Double(hidden.values[token * size + column])
        }
        for output in 0..<errors.columns {
          rows[row][size + output] +=
            factor * Double(errors.values[token * errors.columns + output])
        }
      }
    }
    let mean = (0..<size).reduce(0) { $0 + rows[$1][$1] } / Double(size)
    for row in 0..<size { rows[row][row] += 0.07 * mean }
    for pivot in 0..<size {
      for row in 0..<size where row != pivot {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot..<rows[row].count { rows[row][column] -= factor * rows[pivot][column] }
      }
    }
    return (0..<size).map { row in rows[row].dropFirst(size).map { $0 / rows[row][row] } }
  }

  @Test(arguments: [(40, 5, 3), (200, 24, 16), (12, 20, 4)])
  func `the change solves the normal equations`(tokens: Int, neurons: Int, outputs: Int) throws {
    let hidden = Self.matrix(tokens, neurons, seed: 1)
    let errors = Self.matrix(tokens, outputs, seed: 2)
    let weights = (0..<tokens).map { Double($0 % 7) }
    var fit = DownFit(neurons: neurons, hiddenSize: outputs)
    fit.add(hidden, errors, weights: weights, parallel: Parallel(threads: 2))
    let change = try #require(fit.change())
    #expect(change.rows == neurons && change.columns == outputs)
    let expected = Self.expected(hidden, errors, weights).joined()
    for (found, expected) in zip(change.values, expected) {
      #expect(abs(Double(found) - expected) < 1e-4)
    }
  }

  @Test func `tokens without weight count nothing, and none at all change nothing`() {
    let (hidden, errors) = (Self.matrix(8, 4, seed: 3), Self.matrix(8, 4, seed: 4))
    var (some, all) = (DownFit(neurons: 4, hiddenSize: 4), DownFit(neurons: 4, hiddenSize: 4))
    some.add(hidden, errors, weights: [Double](repeating: 1, count: 8))
    all.add(hidden, errors, weights: [Double](repeating: 1, count: 8))
    all.add(hidden, errors, weights: [0, -1, .nan, .infinity, 0, 0, 0, 0])
    let (few, many) = (some.change(), all.change())
    #expect(few != nil && few == many)
    #expect(DownFit(neurons: 4, hiddenSize: 4).change() == nil)
  }

  @Test func `an expert with all neurons needs no change, and a narrow one comes nearer`() throws {
    let model = try Model(path: Fixture.model)
    let windows = (0..<4).map { window in (0..<48).map { (window * 211 + $0 * 37) % 1024 } }
    let sweep = LayerSweep(model, parallel: Parallel(threads: 2))
    var downs: [Matrix] = []
    func refit(_ widths: [Int]) throws -> LayerSweep.Windows {
      downs = []
      let streams = try RefitSweep(widths: [widths], windows: windows).run(
        texts: windows, model, sweep.context, as: .running
      ) { _, _, down in
        downs.append(down)
      }
      return streams[0]
    }
    _ = try refit([384, 384, 384, 384])
    var layer = 0
    try sweep.run(windows) { call in
      #expect(downs[call.index] == call.weights.neuronMajorDown)
      for window in windows.indices {
        call.finish(window, call.weights.output(call.weights.hidden(call.inputs[window])))
      }
      layer += 1
      return true
    }
    #expect(layer == 4)
    let streams = try refit([96, 200, 96, 200])
    #expect(downs.map(\.rows) == [96, 200, 96, 200])
    let bare = try run(nil, windows, sweep)
    let refitted = try run(downs, windows, sweep)
    #expect(distance(refitted[0], refitted[1], windows) < 0.6 * distance(bare[0], bare[1], windows))
    // Texts run beside the fit as they do with its results.
    for window in windows.indices {
      #expect(streams[window] == refitted[1][window].stream)
    }
  }

  private func distance(
    _ one: LayerSweep.Finished, _ other: LayerSweep.Finished, _ windows: [[Int]]
  ) -> Double {
    windows.indices.reduce(0) { sum, window in
      zip(one[window].stream.values, other[window].stream.values)
        .reduce(sum) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    }
  }

  /// The dense model, and one with other down projections, or with those of its first neurons.
  private func run(
    _ downs: [Matrix]?, _ windows: [[Int]], _ sweep: LayerSweep
  ) throws -> [LayerSweep.Finished] {
    try sweep.run(windows, streams: 2) { call in
      let width = call.stream == 0 ? nil : [96, 200, 96, 200][call.layer]
      let hidden = call.weights.hidden(call.input, neurons: width)
      let all = call.weights.neuronMajorDown
      let down = call.stream == 0 ? all : downs?[call.layer] ?? all
      return (call.weights.output(hidden, down: down), 0)
    } finishedLayer: { _, _ in
    }
  }
}
