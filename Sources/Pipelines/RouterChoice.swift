package import Experts

/// Which routers are wanted.
package enum RouterChoice: Sendable, Hashable {
  /// Those of the recipe, where there is text to fit them on.
  case usual
  case kind(RouterKind)
  case none
}
