import Architectures
package import Calibration
package import Checkpoints
import DMOE

/// Property of a model that keeps its experts from being refitted.
package enum RefitObstacle: Error, Equatable, Sendable {
  /// Experts of the file are missing, or it has none.
  case isNotWhole
  /// The layers of the family are not run.
  case isNotRun
  /// The file holds no calibration tokens.
  case hasNoTokens
}

extension RefitObstacle: CustomStringConvertible {
  package var description: String {
    switch self {
    case .isNotWhole: "it does not hold the dense model"
    case .isNotRun: "its layers are not run"
    case .hasNoTokens: "it holds no calibration tokens"
    }
  }
}

extension CalibrationWindows {
  /// Windows on which the experts of a model are refitted, or the reason for none.
  ///
  /// - Throws: ``CalibrationError`` if the file's tokens are damaged.
  package static func refitting(
    _ model: Model
  ) throws(CalibrationError) -> Result<CalibrationWindows, RefitObstacle> {
    guard let container = model.checkpoint.container, container.holdsDense else {
      return .failure(.isNotWhole)
    }
    guard model.family.unrun == nil else { return .failure(.isNotRun) }
    let windows = try CalibrationWindows(model)
    return windows.map { .success($0) } ?? .failure(.hasNoTokens)
  }
}
