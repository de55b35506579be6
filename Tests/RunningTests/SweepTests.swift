import Checkpoints
import Foundation
import Kernels
import Running
import TestSupport
import Testing
import Work

@Suite struct SweepTests {
  private func logits(
    _ model: Model, _ windows: [[Int]], streams: Int = 1, threads: Int = 1,
    width: @escaping @Sendable (_ stream: Int) -> Int? = { _ in nil }
  ) throws -> [[Matrix]] {
    let parallel = Parallel(threads: threads)
    let head = try OutputHead(model, parallel: parallel)
    let finished = try LayerSweep(model, parallel: parallel).run(windows, streams: streams) {
      call in
      let hidden = call.weights.hidden(call.input, neurons: width(call.stream))
      guard hidden.columns == call.weights.neurons else {
        return (Matrix(rows: call.input.rows, columns: call.input.columns), ())
      }
      return (call.weights.output(hidden), ())
    } finishedLayer: { _, _ in
    }
    return finished.map { $0.map { head.logits($0.stream) } }
  }

  private func withModel(_ body: (Model) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try TinyLlama(layers: 3, intermediateSize: 20).write(to: folder)
    try body(Model(path: folder.path))
  }

  @Test func `streams and windows do not touch each other`() throws {
    try withModel { model in
      let windows = [[1, 2, 3], [4], [], [5, 6, 7, 8]]
      let together = try logits(model, windows, streams: 3) { $0 == 1 ? 0 : nil }
      for (window, tokens) in windows.enumerated() {
        let alone = try logits(model, [tokens])[0][0]
        #expect(together[0][window] == alone)
        #expect(together[2][window] == alone)
        #expect(together[1][window].rows == tokens.count)
        if !tokens.isEmpty { #expect(together[1][window] != alone) }
      }
      #expect(try logits(model, []) == [[]])
    }
  }

  @Test func `a position does not see what comes after it`() throws {
    try withModel { model in
      let short = try logits(model, [[1, 2, 3]])[0][0]
      let long = try logits(model, [[1, 2, 3, 9, 9]])[0][0]
      for (first, second) in zip(short.values, long.values) { #expect(abs(first - second) < 1e-4) }
    }
  }

  @Test func `a sweep that ends while a stream leaves another one goes on to the same bits`() throws
  {
    try withModel { model in
      let (windows, folder) = ([[1, 2, 3], [4, 5, 6, 7]], try TemporaryFolder())
      // A copy of the store is what is left if the program ends there.
      let taken = Counter()
      func run(_ name: String, copied: String? = nil) throws -> [[Matrix]] {
        let store = try ArtifactStore(folder: folder.path(name), circumstances: [])
        let context = Context(.serial, workspace: Workspace(store: store))
        return try LayerSweep(model, context, as: Stage("Trying", key: "trying")).run(
          windows, phases: [3], branches: [0: .init(from: 2, at: 1), 1: .init(from: 2, at: 2)]
        ) { call, _ in
          if let copied, call.layer == 1, taken.increment() == 3 {
            try? FileManager.default.copyItem(atPath: folder.path(name), toPath: copied)
          }
          var hidden = call.weights.hidden(call.input)
          if call.stream < 2 { hidden.clear(column: 0) }
          return (call.weights.output(hidden), ())
        } finishedLayer: { _, _, _ in
        }.map { stream in stream.map(\.stream) }
      }
      let whole = try run("whole", copied: folder.path("ended"))
      #expect(whole[0] != whole[2] && whole[1] != whole[2] && whole[0] != whole[1])
      #expect(try run("ended") == whole)
    }
  }

  @Test func `the number of threads does not change a bit`() throws {
    try withModel { model in
      let windows = (0..<7).map { window in (0...window).map { ($0 * 5 + window) % 16 } }
      let one = try logits(model, windows)
      for threads in [2, 3, 8] { #expect(try logits(model, windows, threads: threads) == one) }
    }
  }

  @Test func `the first neurons have the values that they have among all`() throws {
    try withModel { model in
      let weights = try model.feedForward(layer: 1, parallel: Parallel(threads: 1))
      var numbers = RandomNumbers(seed: 4)
      let input = Matrix(
        rows: 5, columns: 8, values: numbers.floats(40)
      )
      let all = weights.hidden(input)
      for count in [0, 1, 7, 20] {
        let first = weights.hidden(input, neurons: count)
        #expect(first.columns == count)
        for row in 0..<5 {
          for (found, expected) in zip(first[row], all[row]) {
            #expect(abs(found - expected) < 1e-5)
          }
        }
      }
    }
  }

  @Test(arguments: [16, -1, Int.max])
  func `a token without a row in the embedding is refused`(token: Int) throws {
    try withModel { model in
      #expect(throws: ModelError.tokenOutOfRange(path: model.path, token: token, rows: 16)) {
        try logits(model, [[1], [2, token]])
      }
    }
  }
}
