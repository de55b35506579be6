package import DMOE

extension Router {
  /// Fits a router.
  ///
  /// The same task and seed give the same bits, however many tasks a `Parallel` loop fits at a
  /// time.
  ///
  /// - Parameters:
  ///   - kind: form of the router.
  ///   - task: fitting and held-out rows.
  ///   - width: number of hidden values; ignored for ``RouterKind/linear``.
  ///   - seed: seed of the random numbers; ignored for ``RouterKind/linear``.
  /// - Returns: the router, and its mean squared error over held-out rows and outputs. These rows
  ///   also select among candidates, so the error on unseen rows is a little larger.
  package static func fit(
    kind: RouterKind, task: RouterTask, width: Int, seed: UInt64
  ) -> (router: Router, heldOutError: Double) {
    switch kind {
    case .mlp: MLPRouterFit(width: width, seed: seed).fit(task)
    case .linear: LinearRouterFit().fit(task)
    }
  }
}
