import Evaluation
import Kernels

extension Model {
  /// Runs one window of tokens through all layers.
  ///
  /// - Parameters:
  ///   - tokens: one token per position; starts with the beginning token if the tokenizer has one.
  ///   - variant: one that the file supports.
  ///   - logits: positions at which logits are computed.
  /// - Returns: logits, the expert of every token in every layer, and the cost.
  /// - Throws: the errors of ``run(windows:as:logits:)``.
  public func run(
    _ tokens: [Int], as variant: Variant, logits: Run.Positions = .all
  ) throws(DynamoeError) -> Run {
    try run(windows: [tokens], as: variant, logits: logits)[0]
  }

  /// Runs several independent windows in one sweep over the weights.
  ///
  /// - Parameters:
  ///   - windows: tokens of each window; at least one token per window.
  ///   - variant: one that the file supports.
  ///   - logits: positions at which logits are computed, in every window.
  /// - Returns: one result per window, in order.
  /// - Throws: ``DynamoeError/Category/usage`` for a variant that the file does not support, a knob
  ///   that is not a number of at least 0, and an empty window; ``DynamoeError/Category/data`` for
  ///   a token without a row in the embedding, a window longer than the model's maximum, logits of
  ///   an encoder, and damaged weights; ``DynamoeError/Category/inputOutput`` if reading fails.
  public func run(
    windows: [[Int]], as variant: Variant, logits: Run.Positions = .all
  ) throws(DynamoeError) -> [Run] {
    try Self.check(windows)
    let evaluated = try variant.evaluated
    let positions = windows.map { logits.range(of: $0.count) }
    let runs = try DynamoeError.wrapping { () throws(EvaluationError) in
      try evaluator.run(evaluated, on: windows, logitsAt: positions)
    }
    return zip(runs, positions).map { Run($0, logitsAt: $1) }
  }

  static func check(_ windows: [[Int]]) throws(DynamoeError) {
    guard let empty = windows.firstIndex(where: \.isEmpty) else { return }
    throw DynamoeError(.usage, "window \(empty): expected at least one token")
  }

  /// Name of the OpenBLAS kernels in use, for example `SkylakeX`.
  public static var kernels: String { ProductLibrary.kernels }

  /// Faster kernels for this processor than those in use; nil if there are none.
  ///
  /// A process selects them with `OPENBLAS_CORETYPE` in its environment, which OpenBLAS reads once,
  /// when it is loaded. Results differ only by rounding; speed may differ by a factor of two.
  public static var betterKernels: String? { ProductLibrary.betterKernels }
}
