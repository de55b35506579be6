import Checkpoints
import Evaluation
import Experts
import Kernels
import Pipelines
import TestSupport
import Work

/// A tiny model, and its container with four experts.
struct Converted {
  let folder: TemporaryFolder
  let dense: Model
  let container: Model
  /// Path of the container.
  let path: String

  init(_ llama: TinyLlama = TinyLlama(intermediateSize: 24)) throws {
    folder = try TemporaryFolder()
    try llama.write(to: folder)
    dense = try Model(path: folder.path)
    path = folder.path("t.dmoe")
    var request = PartitionRequest(
      modelPath: folder.path, outputPath: path, reportPath: folder.path("t.report.json"),
      generator: "tests")
    request.importance = .weights
    request.widths = .equal(experts: 4)
    _ = try Partition(request).run(Context(.serial))
    container = try Model(path: path)
  }

  static func windows(_ count: Int = 9) -> [[Int]] {
    var numbers = RandomNumbers(seed: 1)
    return (0..<count).map { window in
      (0..<2 + window).map { _ in Int.random(in: 0..<16, using: &numbers) }
    }
  }
}

extension Model {
  func evaluate(
    _ variants: [Variant], _ windows: [[Int]], threads: Int = 1
  ) throws -> Evaluator.Result {
    try evaluator(threads: threads).evaluate(variants, on: windows)
  }

  func evaluator(threads: Int = 1) throws -> Evaluator {
    try Evaluator(self, Context(Parallel(threads: threads)))
  }
}
