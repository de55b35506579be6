import DynamoeKit
import Kernels

/// Version and generator string that the program writes into its files.
enum Version {
  static let text = Release.version
  static let generator = Release.generator

  /// Output of `--version --verbose`: everything that affects speed.
  static var lines: [String] {
    [
      text, "  products    \(ProductLibrary.configuration)",
      "  kernels     \(ProductLibrary.kernels)"
        + (ProductLibrary.isChosenByEnvironment ? " (OPENBLAS_CORETYPE)" : ""),
      "  processors  \(Processors.available)",
    ]
  }
}
