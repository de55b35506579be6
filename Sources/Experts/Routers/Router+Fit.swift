extension Router {
  /// Fits a router.
  ///
  /// The same task and seed give the same bits, however many tasks are fitted at a time by a
  /// `Parallel` loop.
  ///
  /// - Parameters:
  ///   - kind: what the router computes.
  ///   - task: what it shall learn.
  ///   - width: how many hidden values it has; of no meaning for ``RouterKind/linear``.
  ///   - seed: of the random numbers; of no meaning for ``RouterKind/linear``.
  /// - Returns: the router, and its mean squared error over held-out rows and outputs. These rows
  ///   have chosen among candidates, so the error of rows not seen at all will be a little larger.
  package static func fit(
    kind: RouterKind, task: RouterTask, width: Int, seed: UInt64
  ) -> (router: Router, heldOutError: Double) {
    switch kind {
    case .mlp: MLPRouterFit(width: width, seed: seed).fit(task)
    case .linear: LinearRouterFit().fit(task)
    }
  }
}
