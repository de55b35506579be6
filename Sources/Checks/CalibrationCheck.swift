import Calibration
import Checkpoints
import DMOE
import Reports
import Tensors

enum CalibrationCheck: Check {
  static let id = "calibration"
  static let summary = """
    The calibration tokens that a .dmoe keeps are tokens of the model, in windows of its context.
    """

  static func applies(to subject: CheckSubject) -> Bool {
    subject.checkpoint.container?.shared(.file(CalibrationWindows.name)) != nil
  }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let model = try? subject.model() else { return .skipped("the model is not known") }
    guard let windows = try CalibrationWindows(model)?.windows else {
      return .passed("no tokens are kept")
    }
    let tokens = windows.reduce(0) { $0 + $1.count }
    return .passed("\(HumanText.count(tokens)) tokens in \(windows.count) windows")
  }
}
