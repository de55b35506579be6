package import Work

extension Stage {
  /// Run of a model for its own sake, not resumed.
  package static let running = Stage(
    "Running", key: "running", isConsecutive: true, artifact: "residual streams")
}
