import Checkpoints
import DMOE
import Experts
package import Forms
package import Work

/// Exports a container in another form.
package struct ExportRun<Form: ExportForm>: Sendable {
  package let request: ExportRequest
  package let form: Form

  package init(_ request: ExportRequest, as form: Form) {
    self.request = request
    self.form = form
  }

  /// Output under its final name.
  package struct Exported: Sendable {
    package let summary: Form.Plan.Summary
    package let bytes: Int
    /// Names of the files in a folder; empty for a file.
    package let files: [String]
    package let sourceBytes: Int
    /// Bytes read from the container and from its base.
    package let bytesRead: Int
  }

  /// Writes the output; nothing appears under its name if an input changed meanwhile.
  ///
  /// - Throws: errors of the inputs, the form, the output and the disk.
  package func run(_ context: Context) throws -> Exported {
    let checkpoint = request.checkpoint
    try request.container.checkValues()
    let plan = try form.plan(request)
    try plan.checkOutput()
    context.progress.estimate(plan.stages)
    let output = try plan.write(context)
    try request.container.checkUnchanged()
    try checkpoint.checkUnchanged()
    try output.commit()
    return Exported(
      summary: plan.summary, bytes: output.bytes, files: output.files,
      sourceBytes: checkpoint.files.reduce(0) { $0 + $1.length }, bytesRead: checkpoint.bytesRead)
  }
}
