import ByteIO
import Checkpoints
import Checks
import DMOE
import Experts
import Foundation
import Kernels
import Pipelines
import Reports
import TestSupport
import Testing
import Work

/// `fixtures/tiny-llama` and its container, converted once for all tests.
enum Converted {
  private struct Made: Sendable {
    let folder: TemporaryFolder
    let path: String
    let report: CalibrationReport
    let uncoded: String
  }

  private static let made = Result<Made, any Error> {
    let folder = try TemporaryFolder()
    let path = folder.path("tiny.dmoe")
    let report = try partition(Fixture.model, to: path).run(parallel: Parallel(threads: 2))
    let uncoded = folder.path("uncoded.dmoe")
    _ = try partition(Fixture.model, to: uncoded, compression: .none).run(
      parallel: Parallel(threads: 2))
    return Made(folder: folder, path: path, report: report, uncoded: uncoded)
  }

  static func path() throws -> String { try made.get().path }
  /// The same container without compression, for tests that change single bytes.
  static func uncodedPath() throws -> String { try made.get().uncoded }
  static func report() throws -> CalibrationReport { try made.get().report }
  static func bytes() throws -> [UInt8] { try TestSupport.bytes(at: path()) }

  /// A conversion without text.
  static func partition(
    _ model: String, to path: String, statistics: String? = nil,
    importance: Importance = .weights, widths: ExpertWidths = .equal(experts: 4),
    compression: DMOECompression = .lossless, force: Bool = false
  ) -> Partition {
    var request = PartitionRequest(
      modelPath: model, outputPath: path, reportPath: path + ".report.json", generator: "tests")
    request.statisticsPath = statistics
    request.importance = importance
    request.widths = widths
    request.compression = compression
    request.force = force
    return Partition(request)
  }
}

extension Partition {
  func run(parallel: Parallel) throws -> CalibrationReport {
    try run(Context(parallel))
  }
}

/// Outcome of the check with this identifier; nil if it does not apply.
func outcome(_ id: String, _ path: String, against source: String? = nil) throws -> CheckOutcome? {
  let validation = Validation(
    try Checkpoint(path: path), against: try source.map { try Checkpoint(path: $0) },
    Context(Parallel(threads: 2)))
  return validation.results.first { $0.id == id }?.outcome
}

extension TemporaryFolder {
  /// Replaces text in a file.
  func replace(_ old: String, by new: String, in name: String) throws {
    let text = String(decoding: try bytes(at: path(name)), as: UTF8.self)
    try #require(text.contains(old))
    let range = try #require(text.range(of: old))
    try write(Array(text.replacingCharacters(in: range, with: new).utf8), to: name)
  }
}
