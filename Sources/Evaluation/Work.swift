/// What a variant does for a token, counted and measured.
package struct Work: Sendable {
  /// Mean over tokens and layers of the share of the feed-forward parameters in use, compensation
  /// included.
  package let activeFFNFraction: Double
  /// The parameters of the routers over those of the feed-forward layers; 0 where they are not asked.
  package let routerFraction: Double
  /// The mean number of parameters that a token uses, of the whole model.
  package let parametersPerToken: Double
  /// Their bytes as they are stored: what is read for one token at a time.
  package let bytesPerToken: Double
  /// Targets per second through the layers, without reading weights and without the output; nil for
  /// variants that only show what could be.
  package let tokensPerSecond: Double?
  /// Positions per second through the feed-forward layers, window by window, on one thread.
  package let feedForwardTokensPerSecond: Double?
  /// The same for one position at a time.
  package let singleFeedForwardTokensPerSecond: Double?

  package init(
    activeFFNFraction: Double, routerFraction: Double, parametersPerToken: Double = 0,
    bytesPerToken: Double = 0, tokensPerSecond: Double?, feedForwardTokensPerSecond: Double? = nil,
    singleFeedForwardTokensPerSecond: Double? = nil
  ) {
    self.activeFFNFraction = activeFFNFraction
    self.routerFraction = routerFraction
    self.parametersPerToken = parametersPerToken
    self.bytesPerToken = bytesPerToken
    self.tokensPerSecond = tokensPerSecond
    self.feedForwardTokensPerSecond = feedForwardTokensPerSecond
    self.singleFeedForwardTokensPerSecond = singleFeedForwardTokensPerSecond
  }

  /// The honest axis: what the feed-forward layers cost, routers included.
  package var costFraction: Double { activeFFNFraction + routerFraction }
}
