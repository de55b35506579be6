package import Checkpoints
import DMOE
import JSON
import Tensors

/// Windows of token ids on which a model was calibrated, kept in its container so that experts can be
/// refitted when they are exported (`formats/dmoe.md`, section 5).
package struct CalibrationWindows: Sendable {
  /// Name of the file in the container: JSON lines, one for each window.
  package static let name = "calibration.jsonl"
  private static let key = "input_ids"

  package let windows: [[Int]]

  package init(_ windows: [[Int]]) { self.windows = windows }

  /// Reads the windows of a container, or of an overlay; nil if there are none.
  ///
  /// - Throws: ``ContainerError`` if a line is no list of the model's tokens.
  package init?(_ checkpoint: Checkpoint, vocabularySize: Int) throws {
    guard let container = checkpoint.container,
      let stored = container.shared(.file(TensorName(Self.name)))
    else { return nil }
    let lines = try container.read(stored).split(separator: UInt8(ascii: "\n"))
    windows = try lines.enumerated().map { index, line in
      guard let numbers = (try? JSONScanner.scan(Array(line)))?.object?[Self.key]?.array,
        !numbers.isEmpty
      else { throw ContainerError.calibration(path: checkpoint.path, line: index + 1) }
      return try numbers.map { number in
        guard let id = number.int, (0..<vocabularySize).contains(id) else {
          throw ContainerError.calibration(path: checkpoint.path, line: index + 1)
        }
        return id
      }
    }
    if windows.isEmpty { return nil }
  }

  /// Contents of the file.
  var bytes: [UInt8] {
    windows.flatMap { window in
      let ids = window.map(String.init).joined(separator: ",")
      return Array("{\"\(Self.key)\":[\(ids)]}\n".utf8)
    }
  }
}
