package import DMOE

/// Routers to fit.
package enum RouterChoice: Sendable, Hashable {
  /// Those of the recipe, if there is text to fit them on.
  case usual
  case kind(RouterKind)
  case none
}
