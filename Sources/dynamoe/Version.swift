import DynamoeKit
import Kernels

/// What this program calls itself in the files that it writes.
enum Version {
  static let text = Release.version
  static let generator = Release.generator

  /// What `--version --verbose` tells: all that speed depends on.
  static var lines: [String] {
    [
      text, "  products    \(ProductLibrary.configuration)",
      "  kernels     \(ProductLibrary.kernels)"
        + (ProductLibrary.isChosenByEnvironment ? " (OPENBLAS_CORETYPE)" : ""),
      "  processors  \(Processors.available)",
    ]
  }
}
