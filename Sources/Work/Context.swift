package import Kernels

/// Threads, progress receiver and workspace of long-running work.
package struct Context: Sendable {
  package let parallel: Parallel
  package let progress: Progress
  package let workspace: Workspace

  package init(
    _ parallel: Parallel, progress: Progress = .ignored, workspace: Workspace = Workspace()
  ) {
    self.parallel = parallel
    self.progress = progress
    self.workspace = workspace
  }

  /// Copy with another workspace.
  package func with(_ workspace: Workspace) -> Context {
    Context(parallel, progress: progress, workspace: workspace)
  }

  /// Copy with `bytes` less memory, for a sweep that shares memory with other data.
  package func leaving(_ bytes: Int) -> Context { with(workspace.leaving(bytes)) }
}
