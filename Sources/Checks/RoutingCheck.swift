import Checkpoints
import DMOE
import Experts

enum RoutingCheck: Check {
  static let id = "routing"
  static let summary = """
    Routers, compensation and skipping have the shapes that the plan requires, their numbers are \
    finite, and the budgets are strictly monotone.
    """

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    guard let form = container.directory.routing, let routing = try Routing(container) else {
      return .skipped("there are no routers, or none of a known kind")
    }
    _ = try LayerExperts.layers(of: container)
    let compensation = form.compensationRank.map { ", compensation of rank \($0)" } ?? ""
    let budgets = routing.budgets.map { ", budgets in \($0.rows.count) rows" } ?? ""
    return .passed(
      "\(form.router.rawValue) routers of \(routing.routers.count) layers\(compensation)"
        + "\(form.skips ? ", skipping" : "")\(budgets)")
  }
}
