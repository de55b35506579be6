import ArgumentParser
import Experts
import Pipelines

/// Kind of router to fit; `none` fits none.
enum RouterOption: String, ExpressibleByArgument, CaseIterable {
  case mlp, linear, none

  var choice: RouterChoice { RouterKind(rawValue: rawValue).map { .kind($0) } ?? .none }
}
