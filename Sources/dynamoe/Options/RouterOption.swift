import ArgumentParser
import Experts

/// Which routers are fitted, if any.
enum RouterOption: String, ExpressibleByArgument, CaseIterable {
  case mlp, linear, none

  var kind: RouterKind? { RouterKind(rawValue: rawValue) }
}
