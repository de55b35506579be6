import Architectures
package import Checkpoints
import DMOE
import JSON
package import Tensors

/// Windows of token ids on which a model was calibrated, kept in its container so that experts that
/// run alone can be refitted (`formats/dmoe.md`, section 5).
package struct CalibrationWindows: Sendable {
  /// Name of the file in the container: JSON lines, one for each window.
  package static let name = TensorName(DMOEDirectory.calibrationName)
  private static let key = "input_ids"
  /// Largest number of tokens; more would hardly change a fit of a few thousand neurons, and would
  /// lengthen every refit.
  package static let limit = 1 << 15

  package let windows: [[Int]]

  /// Keeps the windows, or if they are many, some that are spread evenly over them.
  package init(_ windows: [[Int]]) {
    let count = windows.reduce(0) { $0 + $1.count }
    let kept = count <= Self.limit ? windows.count : max(windows.count * Self.limit / count, 1)
    self.windows = (0..<kept).map { windows[$0 * windows.count / kept] }
  }

  /// Reads the windows of a container, or of an overlay; nil if there are none.
  ///
  /// - Throws: ``CalibrationError`` if a line is no list of tokens of the model, or longer than its
  ///   context.
  package init?(_ model: Model) throws(CalibrationError) {
    let checkpoint = model.checkpoint
    guard let container = checkpoint.container,
      let stored = container.shared(.file(Self.name))
    else { return nil }
    let bytes: [UInt8]
    do {
      bytes = try container.read(stored)
    } catch {
      throw .tensor(error)
    }
    var windows: [[Int]] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      switch Self.window(Array(line), model.configuration) {
      case .success(let ids): windows.append(ids)
      case .failure(let fault):
        throw .line(
          path: checkpoint.path, line: windows.count + 1,
          reason: "\(Self.name.text): expected \(fault.expected)")
      }
    }
    if windows.isEmpty { return nil }
    self.windows = windows
  }

  private struct Fault: Error {
    let expected: String
  }

  /// Ids of a line.
  private static func window(
    _ line: [UInt8], _ configuration: ModelConfiguration
  ) -> Result<[Int], Fault> {
    let numbers = (try? JSONScanner.scan(line))?.object?[key]?.array ?? []
    let ids = numbers.compactMap(\.int)
    guard !ids.isEmpty, ids.count == numbers.count else {
      return .failure(Fault(expected: "the ids of tokens as \(key)"))
    }
    let (rows, length) = (configuration.vocabularySize, configuration.contextLength)
    if let wrong = ids.first(where: { !(0..<rows).contains($0) }) {
      return .failure(Fault(expected: "ids below \(rows), found \(wrong)"))
    }
    guard ids.count <= length else {
      return .failure(Fault(expected: "at most \(length) ids, found \(ids.count)"))
    }
    return .success(ids)
  }

  /// Contents of the file.
  package var bytes: [UInt8] {
    windows.flatMap { window in
      let ids = window.map(String.init).joined(separator: ",")
      return Array("{\"\(Self.key)\":[\(ids)]}\n".utf8)
    }
  }
}
