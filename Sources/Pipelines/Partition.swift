import Architectures
import ByteIO
import Calibration
import Checkpoints
import Containers
package import DMOE
import Evaluation
package import Experts
import JSON
import Kernels
package import Reports
import Running
import Tensors
package import Work

/// Converts a dense checkpoint to a container with a report.
package struct Partition: Sendable {
  package let request: PartitionRequest

  package init(_ request: PartitionRequest) { self.request = request }

  /// Description of a run, made before the first weight is read.
  package struct Preview: Sendable {
    package let family: String
    package let layers: Int
    package let sourceBytes: Int
    /// Widths that do not depend on importance, by layer, or once if all layers are alike; nil for
    /// `auto` fractions.
    package let widths: [[Int]]?
    package let calibrationTokens: Int
    package let heldOutTokens: Int
    package let importance: Importance
    /// Nil for no routers.
    package let router: RouterKind?
    /// Nil for no compensation.
    package let compensationRank: Int?
    /// Whether experts skip neurons.
    package let skips: Bool
    package let output: OutputEstimate
    package let isOverlay: Bool
    package let work: PartitionEstimate
  }

  /// Checks everything and describes the run, without running it.
  package func preview(_ context: Context, resumes: Bool = false) throws -> Preview {
    let prepared = try prepare()
    context.progress.note(prepared.model.checkpoint.notes, on: prepared.model.path)
    let fitting = prepared.fitting
    var known: [[Int]]?
    if prepared.widths != .coverage {
      known = try plainPlan(prepared.model, prepared.widths).layers.map(\.widths)
    }
    let output = try outputEstimate(prepared)
    let work = estimate(prepared, output, context, isResumable: resumes)
    try checkSpace(output, work)
    return Preview(
      family: prepared.model.family.name, layers: prepared.model.configuration.layers,
      sourceBytes: prepared.model.checkpoint.files.reduce(0) { $0 + $1.length }, widths: known,
      calibrationTokens: fitting.readsText ? prepared.split?.calibration.count ?? 0 : 0,
      heldOutTokens: prepared.split?.heldOut.count ?? 0,
      importance: fitting.importance, router: fitting.router,
      compensationRank: fitting.compensationRank, skips: fitting.skips, output: output,
      isOverlay: request.isOverlay, work: work)
  }

  /// Calibrates, plans, writes the container, measures it, and writes the report.
  ///
  /// - Parameters:
  ///   - context: threads, progress and memory limit; hidden states on disk go beside the output.
  ///   - resumes: whether to resume interrupted work, and make this run resumable.
  /// - Returns: the report.
  /// - Throws: errors of inputs, choices and disks.
  package func run(_ context: Context, resumes: Bool = false) throws -> CalibrationReport {
    let prepared = try prepare()
    context.progress.note(prepared.model.checkpoint.notes, on: prepared.model.path)
    let model = prepared.model
    let output = try outputEstimate(prepared)
    let estimate = estimate(prepared, output, context, isResumable: resumes)
    let stages = estimate.stages
    try checkSpace(output, estimate)
    context.progress.estimate(stages)
    try prepared.probe(context)
    let store = resumes ? try artifactStore(prepared) : nil
    let context = context.with(
      Workspace(
        memory: context.workspace.memory, folder: Folder.parent(of: request.outputPath),
        store: store))
    let fitted = try prepared.fitting.run(stages, context)
    let writer = try ContainerAssembly(
      model: model,
      layers: fitted.plan.layers.map { RingWriter.Layer(order: $0.order, widths: $0.widths) },
      importance: fitted.plan.importance.rawValue, generator: request.generator,
      recipe: request.recipe.rawValue, routing: fitted.routing, experts: fitted.experts,
      compression: request.compression, isOverlay: request.isOverlay, down: request.down,
      calibration: request.keepsTokens ? prepared.calibration : nil
    )
    .write(to: request.outputPath, context)
    // Measures the written file, read back.
    let file = try Checkpoint(path: writer.file.temporaryPath)
    let written = request.isOverlay ? file.on(source: model.checkpoint) : file
    let measured = try measure(written, prepared, stages, context)
    let report = CalibrationReport(
      generator: request.generator, source: try source(model), calibration: fitted.statistics,
      importanceMatrix: prepared.fitting.matrix,
      plan: fitted.plan, stability: fitted.stability, massiveNeurons: fitted.massive,
      recipe: request.recipe, routing: fitted.summary,
      experts: written.container.map { ExpertSizes($0).experts } ?? [],
      outputName: Folder.name(of: request.outputPath),
      outputBytes: file.files.reduce(0) { $0 + $1.length }, isOverlay: request.isOverlay,
      exactness: try exactness(written, model.checkpoint, context.parallel),
      heldOut: measured?.heldOut, passages: measured?.passages, tokenKinds: measured?.kinds,
      warnings: warnings(fitted, measured?.heldOut.result, prepared))
    let document = report.document
    let page = try AtomicFile(
      path: request.pagePath, bytes: ReportPage(document: document).bytes)
    let json = try AtomicFile(
      path: request.reportPath, bytes: JSONWriter.write(document, layout: .indented) + [0x0A])
    // The report reads the source, too.
    try model.checkpoint.checkUnchanged()
    // Container and report appear together.
    try AtomicFile.commit([page, json, writer.file])
    store?.removeAll()
    return report
  }

  private struct Measured {
    let heldOut: CalibrationReport.HeldOut
    let passages: [Passage]?
    let kinds: TokenKinds?
  }

  /// Measures the written container on the held-out text; nil if the list has no such stage.
  private func measure(
    _ written: Checkpoint, _ prepared: Prepared, _ stages: StageList, _ context: Context
  ) throws -> Measured? {
    guard stages[.evaluating] != nil, let tokens = prepared.tokens, let split = prepared.split
    else { return nil }
    let model = prepared.model
    var converted = try Model(written)
    converted.precision = request.precision
    let evaluator = try Evaluator(converted, context)
    let windows = tokens.windows(split.heldOut)
    let types = model.smallerTypes.filter { stages[.rounding(to: $0)] != nil }
    let result = try evaluator.evaluate(
      evaluator.reportVariants, roundings: (types, model), on: windows,
      recording: Self.shown(tokens, windowsInFull: 1))
    return Measured(
      heldOut: CalibrationReport.HeldOut(
        textDigest: tokens.digest, context: tokens.context, result: result),
      passages: try passages(
        result.choices, of: tokens, windows: windows,
        texts: stages[.choosing] == nil ? [] : prepared.shown, by: evaluator),
      kinds: Self.kinds(result.choices, of: tokens, windows: windows))
  }

  /// Differences between written and source weights.
  private func exactness(
    _ written: Checkpoint, _ source: Checkpoint, _ parallel: Parallel
  ) throws -> CalibrationReport.Exactness {
    guard let container = written.container, !request.isOverlay else { return .init() }
    let sources = container.directory.sourceTensors
    let recoded = sources.filter { !$0.isExact }
    return CalibrationReport.Exactness(
      keepsDownWhole: sources.contains { $0.cut?.storage == .whole },
      recoded: try parallel.map(recoded.count) { (index) throws(any Error) in
        try RecodingDeviation.measure(recoded[index], in: container, source: source)
      })
  }

  private func source(_ model: Model) throws -> CalibrationReport.Source {
    let checkpoint = model.checkpoint
    return CalibrationReport.Source(
      name: checkpoint.name, family: model.family.name,
      hiddenSize: model.configuration.hiddenSize, neurons: model.configuration.neurons,
      tensors: checkpoint.tensors.count,
      parameters: checkpoint.tensors.reduce(0) { $0 + $1.elementCount },
      bytes: checkpoint.tensors.reduce(0) { $0 + $1.byteCount },
      fingerprint: try model.fingerprint())
  }
}
