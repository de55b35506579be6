import Architectures
package import Checkpoints
import Glibc
package import Kernels
import Work

extension Model {
  /// Positions from which a sweep takes much longer than a ``probe(_:withOutput:parallel:)``.
  package static let positionsWorthProbing = 8192

  /// Reads all weights and runs a few tokens, so that weights that are not finite, and most
  /// activations that overflow, are found before long work.
  ///
  /// - Parameters:
  ///   - windows: tokens of windows, of which the first few are run; empty to read weights only.
  ///   - withOutput: whether logits are computed too.
  ///   - parallel: the loop that reads and computes.
  /// - Throws: ``ModelError`` as a sweep throws it, and if the perplexity of these tokens is
  ///   infinite.
  package func probe(
    _ windows: [[Int]], withOutput: Bool, parallel: Parallel
  ) throws(ModelError) {
    if windows.isEmpty, family.unrun != nil {
      for layer in 0..<configuration.layers {
        _ = try feedForward(layer: layer, parallel: parallel)
      }
      return
    }
    // The head is read last in a sweep, and its errors are the cheapest to find.
    let head = withOutput ? try OutputHead(self, parallel: parallel) : nil
    let tokens = windows.prefix(1).map { Array($0.prefix(Self.probedTokens)) }
    let finished = try LayerSweep(self, parallel: parallel).run(tokens) { call in
      (call.weights.output(call.weights.hidden(call.input)), ())
    } finishedLayer: { _, _ in
    }
    guard let head else { return }
    let overflows = OverflowWatch()
    for (window, tokens) in zip(finished[0], tokens) {
      let logits = head.logits(window.stream)
      overflows.look(at: logits, place: 0)
      try overflows.check(self, layer: nil, windows: 1)
      let losses = Distributions(logits.rows(0..<max(tokens.count - 1, 0)))
        .negativeLogLikelihoods(of: Array(tokens.dropFirst()))
      guard !losses.isEmpty, !exp(losses.reduce(0, +) / Double(losses.count)).isFinite else {
        continue
      }
      throw .infinitePerplexity(path: path)
    }
  }

  private static let probedTokens = 16
}
