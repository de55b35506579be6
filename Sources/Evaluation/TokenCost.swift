/// Work of a variant for a token, counted and measured.
package struct TokenCost: Sendable {
  /// Mean over tokens and layers of the share of the feed-forward parameters in use for one token,
  /// compensation included.
  package let activeFFNFraction: Double
  /// The same in a window, where experts skip no neurons.
  package let windowFFNFraction: Double
  /// Parameters of the routers over those of the feed-forward layers; 0 if they are not used.
  package let routerFraction: Double
  /// Mean number of parameters of the whole model that a token uses.
  package let parametersPerToken: Double
  /// Bytes of these parameters as stored, read for each token when tokens run one at a time.
  package let bytesPerToken: Double
  /// Targets per second through the layers, without reading weights and without the output head;
  /// nil for the oracle.
  package let tokensPerSecond: Double?
  /// Positions per second through the feed-forward layers, window by window, on one thread.
  package let feedForwardTokensPerSecond: Double?
  /// Positions per second through the feed-forward layers, one at a time, on one thread.
  package let singleFeedForwardTokensPerSecond: Double?

  package init(
    activeFFNFraction: Double, windowFFNFraction: Double? = nil, routerFraction: Double,
    parametersPerToken: Double = 0, bytesPerToken: Double = 0, tokensPerSecond: Double?,
    feedForwardTokensPerSecond: Double? = nil, singleFeedForwardTokensPerSecond: Double? = nil
  ) {
    self.activeFFNFraction = activeFFNFraction
    self.windowFFNFraction = windowFFNFraction ?? activeFFNFraction
    self.routerFraction = routerFraction
    self.parametersPerToken = parametersPerToken
    self.bytesPerToken = bytesPerToken
    self.tokensPerSecond = tokensPerSecond
    self.feedForwardTokensPerSecond = feedForwardTokensPerSecond
    self.singleFeedForwardTokensPerSecond = singleFeedForwardTokensPerSecond
  }

  /// Cost of the feed-forward layers for one token, routers included; a budget is a target for it.
  package var costFraction: Double { activeFFNFraction + routerFraction }

  /// Cost of the feed-forward layers in a window, routers included; for it there are budgets, too.
  package var windowCostFraction: Double { windowFFNFraction + routerFraction }
}
