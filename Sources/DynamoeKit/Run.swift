import Evaluation
import Kernels

/// What a window gave as one variant.
public struct Run: Sendable {
  /// At which positions of a window logits are wanted.
  public enum Positions: Sendable, Hashable {
    /// At every position: as many rows as tokens, each as long as the vocabulary.
    case all
    /// Behind the last token: what would come next.
    case last
    /// At none: the output projection is not even read.
    case none

    func range(of count: Int) -> Range<Int> {
      switch self {
      case .all: 0..<count
      case .last: max(count - 1, 0)..<count
      case .none: 0..<0
      }
    }
  }

  /// The positions at which there are logits.
  public let positions: Range<Int>
  /// For each of ``positions`` the logit of every token, those of the position's next token.
  public let logits: [[Float]]
  /// For each token the expert that it took in every layer; empty lists for a dense checkpoint.
  ///
  /// How many neurons an expert has ``Model/widths`` tells.
  public let experts: [[Int]]
  /// The mean over tokens and layers of the share of the feed-forward parameters in use, compensation
  /// included.
  public let activeFFNFraction: Double
  /// The parameters of the routers over those of the feed-forward layers; 0 where they were not asked.
  public let routerFraction: Double

  /// What the feed-forward layers cost, routers included: what a budget means, attained.
  public var costFraction: Double { activeFFNFraction + routerFraction }

  init(_ run: VariantRun, logitsAt positions: Range<Int>) {
    self.positions = positions
    logits = (0..<run.logits.rows).map { Array(run.logits[$0]) }
    experts = run.experts
    activeFFNFraction = run.activeFFNFraction
    routerFraction = run.routerFraction
  }
}
