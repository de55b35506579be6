import Evaluation
import Kernels

extension Model {
  /// Runs one window of tokens through all layers.
  ///
  /// - Parameters:
  ///   - tokens: a window, a position each; where the tokenizer begins texts with a token of its own,
  ///     that comes first.
  ///   - variant: one that the file holds.
  ///   - logits: where they are wanted.
  /// - Returns: logits, the expert of every token in every layer, and what it all cost.
  /// - Throws: as ``run(windows:as:logits:)``.
  public func run(
    _ tokens: [Int], as variant: Variant, logits: Run.Positions = .all
  ) throws(DynamoeError) -> Run {
    try run(windows: [tokens], as: variant, logits: logits)[0]
  }

  /// Runs several windows, which know nothing of each other, in one sweep over the weights.
  ///
  /// - Parameters:
  ///   - windows: each the tokens of its positions, at least one.
  ///   - variant: one that the file holds.
  ///   - logits: where they are wanted, in every window.
  /// - Returns: what each window gave, in order.
  /// - Throws: ``DynamoeError/Category/usage`` for a variant that the file does not hold, a knob that
  ///   is no number of at least 0, and a window without tokens; ``DynamoeError/Category/data`` for a
  ///   token that has no row in the embedding, a window that is longer than the model can see, logits
  ///   of an encoder, and damaged weights; ``DynamoeError/Category/inputOutput`` where reading fails.
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

  /// The kernels that OpenBLAS multiplies with, as `SkylakeX`.
  public static var kernels: String { ProductLibrary.kernels }

  /// Better kernels for this processor than those in use; nil where there are none.
  ///
  /// A process takes them by `OPENBLAS_CORETYPE` in its environment, which OpenBLAS reads once, when
  /// it is loaded. What is multiplied is the same but for rounding; how fast may differ twofold.
  public static var betterKernels: String? { ProductLibrary.betterKernels }
}
