package import DMOE

/// Routers to fit.
package enum RouterChoice: Sendable, Hashable {
  /// The default kind, if there is text to fit them on.
  case usual
  case kind(RouterKind)
  case none
}
