import Evaluation
import Kernels

/// Result of running one window as one variant.
public struct Run: Sendable {
  /// Positions of a window at which logits are computed.
  public enum Positions: Sendable, Hashable {
    /// Every position: one row per token, each as long as the vocabulary.
    case all
    /// The last position only, which predicts the next token.
    case last
    /// No position: the output projection is not read.
    case none

    func range(of count: Int) -> Range<Int> {
      switch self {
      case .all: 0..<count
      case .last: max(count - 1, 0)..<count
      case .none: 0..<0
      }
    }
  }

  /// Positions with logits.
  public let positions: Range<Int>
  /// Logits at each of ``positions``: one value per token of the vocabulary, predicting the next
  /// token.
  public let logits: [[Float]]
  /// Expert chosen in every layer, per token; empty lists for a dense checkpoint.
  ///
  /// ``Model/widths`` gives the number of neurons of each expert.
  public let experts: [[Int]]
  /// Fraction of the feed-forward parameters in use for one token, compensation included; mean over
  /// tokens and layers.
  public let activeFFNFraction: Double
  /// The same where tokens run together, so that experts skip no neurons.
  public let windowFFNFraction: Double
  /// Parameters of the routers divided by those of the feed-forward layers; 0 if no router ran.
  public let routerFraction: Double

  /// Cost of the feed-forward layers for one token, routers included: the quantity that a budget
  /// sets.
  public var costFraction: Double { activeFFNFraction + routerFraction }
  /// Cost for tokens that run together, routers included: the quantity that a window budget sets.
  public var windowCostFraction: Double { windowFFNFraction + routerFraction }

  init(_ run: VariantRun, logitsAt positions: Range<Int>) {
    self.positions = positions
    logits = (0..<run.logits.rows).map { Array(run.logits[$0]) }
    experts = run.experts
    activeFFNFraction = run.activeFFNFraction
    windowFFNFraction = run.windowFFNFraction
    routerFraction = run.routerFraction
  }
}
