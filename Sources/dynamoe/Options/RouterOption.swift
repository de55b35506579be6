import ArgumentParser
import Experts
import Pipelines

/// Which routers are fitted, if any.
enum RouterOption: String, ExpressibleByArgument, CaseIterable {
  case mlp, linear, none

  var choice: RouterChoice { RouterKind(rawValue: rawValue).map { .kind($0) } ?? .none }
}
