import Architectures
import ByteIO
package import Calibration
import Checkpoints
package import Containers
package import DMOE
import Evaluation
package import Experts
import JSON
package import Kernels
package import Reports
import Running
import Tensors
package import Work

/// From a dense checkpoint to a container and its report.
package struct Partition: Sendable {
  package let modelPath: String
  /// A description of the model's family; nil for one that is known.
  package let familyPath: String?
  package let outputPath: String
  package let reportPath: String
  /// Calibration text, if any.
  package let text: TextRequest?
  /// Texts that the report shall show token by token.
  package let shownPaths: [String]
  /// Statistics that were made before, if any.
  package let statisticsPath: String?
  /// An importance matrix of llama.cpp, if any.
  package let matrixPath: String?
  package let recipe: Recipe
  /// Nil for the recipe's.
  package let importance: Importance?
  /// Nil for the recipe's experts, of equal steps.
  package let widths: ExpertWidths?
  /// Nil for the default.
  package let alignment: Int?
  package let routers: RouterChoice
  /// Nil for the recipe's; 0 for none.
  package let compensationRank: Int?
  /// How often compensation and routers are fitted again to what the routers choose.
  package let rounds: Int
  package let seed: UInt64
  package let compression: DMOECompression
  /// Whether the weights stay in the dense checkpoint.
  package let isOverlay: Bool
  /// What becomes of quantised down projections.
  package let down: RingEncoding
  /// Whether outputs that exist are replaced.
  package let force: Bool
  package let generator: String

  package init(
    modelPath: String, familyPath: String? = nil, outputPath: String, reportPath: String,
    text: TextRequest?,
    shownPaths: [String] = [], statisticsPath: String?, matrixPath: String? = nil,
    recipe: Recipe = .dynamoe, importance: Importance? = nil,
    widths: ExpertWidths? = nil, alignment: Int? = nil, routers: RouterChoice = .none,
    compensationRank: Int? = nil, rounds: Int = 0, seed: UInt64 = 0,
    compression: DMOECompression = .lossless, isOverlay: Bool = false,
    down: RingEncoding = .keep, force: Bool, generator: String
  ) {
    self.modelPath = modelPath
    self.familyPath = familyPath
    self.outputPath = outputPath
    self.reportPath = reportPath
    self.text = text
    self.shownPaths = shownPaths
    self.statisticsPath = statisticsPath
    self.matrixPath = matrixPath
    self.recipe = recipe
    self.importance = importance
    self.widths = widths
    self.alignment = alignment
    self.routers = routers
    self.compensationRank = compensationRank
    self.rounds = rounds
    self.seed = seed
    self.compression = compression
    self.isOverlay = isOverlay
    self.down = down
    self.force = force
    self.generator = generator
  }

  /// Where the page of the report goes: beside it.
  package var pagePath: String {
    let ending = ".json"
    return (reportPath.hasSuffix(ending) ? String(reportPath.dropLast(ending.count)) : reportPath)
      + ".html"
  }

  /// What is known before the first weight is read.
  package struct Preview: Sendable {
    package let family: String
    package let layers: Int
    package let sourceBytes: Int
    /// Widths that do not depend on importance; nil for `auto` fractions.
    package let widths: [Int]?
    package let calibrationTokens: Int
    package let heldOutTokens: Int
    package let importance: Importance
    /// Nil for none.
    package let router: RouterKind?
    /// Nil for none.
    package let compensationRank: Int?
    package let output: OutputEstimate
    package let isOverlay: Bool
    /// What the work will take.
    package let work: PartitionEstimate
  }

  /// Checks everything and tells what would be done.
  package func preview(
    parallel: Parallel = .serial, memory: Int = .max, resumes: Bool = false
  ) throws -> Preview {
    let prepared = try prepare()
    let configuration = prepared.model.configuration
    var known: [Int]?
    if prepared.widths != .coverage {
      known = try plainPlan(prepared.model, prepared.widths).layers[0].widths
    }
    let output = try outputEstimate(prepared)
    let work = estimate(
      prepared, output: output, memory: memory, isResumable: resumes, parallel: parallel)
    try checkSpace(output, work)
    return Preview(
      family: prepared.model.family.name, layers: configuration.layers,
      sourceBytes: prepared.model.checkpoint.files.reduce(0) { $0 + $1.length }, widths: known,
      calibrationTokens: prepared.fitting.readsText ? prepared.split?.calibration.count ?? 0 : 0,
      heldOutTokens: prepared.split?.heldOut.count ?? 0,
      importance: prepared.fitting.importance, router: prepared.fitting.router,
      compensationRank: prepared.fitting.compensationRank, output: output, isOverlay: isOverlay,
      work: work)
  }

  /// Calibrates, plans, writes the container, measures it, and writes the report.
  ///
  /// - Parameters:
  ///   - parallel: the loop.
  ///   - progress: told of layers.
  ///   - memory: how many bytes of it the work may take.
  ///   - resumes: whether work that was interrupted is taken up, and this one can be.
  /// - Returns: the report.
  /// - Throws: whatever is wrong with inputs, options or disks.
  package func run(
    parallel: Parallel, progress: Progress, memory: Int = .max, resumes: Bool = false
  ) throws -> CalibrationReport {
    let prepared = try prepare()
    let model = prepared.model
    let output = try outputEstimate(prepared)
    let estimate = estimate(
      prepared, output: output, memory: memory, isResumable: resumes, parallel: parallel)
    try checkSpace(output, estimate)
    progress.estimate(seconds: estimate.seconds)
    let journal = resumes ? try journal(prepared) : nil
    let workspace = Workspace(
      memory: memory, folder: Folder.parent(of: outputPath), journal: journal)
    var fitting = prepared.fitting
    fitting.workspace = workspace
    let fitted = try fitting.run(parallel: parallel, progress: progress)
    let writer = try ContainerAssembly(
      model: model,
      layers: fitted.plan.layers.map { RingWriter.Layer(order: $0.order, widths: $0.widths) },
      importance: fitted.plan.importance.rawValue, generator: generator, recipe: recipe.rawValue,
      routing: fitted.routing, experts: fitted.experts, compression: compression,
      isOverlay: isOverlay, down: down
    )
    .write(to: outputPath, parallel: parallel, progress: progress)
    // What is measured is what was written, read back.
    let file = try Checkpoint(path: writer.file.temporaryPath)
    let written = isOverlay ? file.on(source: model.checkpoint) : file
    var heldOut: CalibrationReport.HeldOut?
    var passages: [Passage]?
    var kinds: TokenKinds?
    if let tokens = prepared.tokens, let split = prepared.split, !model.family.isEncoder {
      let evaluator = try Evaluator(
        model: try Model(written), parallel: parallel, progress: progress, workspace: workspace)
      let windows = tokens.windows(split.heldOut)
      let result = try evaluator.evaluate(
        evaluator.reportVariants, roundings: (model.smallerTypes, model), on: windows,
        recording: Self.shown(tokens, windowsInFull: 1))
      heldOut = CalibrationReport.HeldOut(
        textDigest: tokens.digest, context: tokens.context, result: result)
      passages = try self.passages(
        result.choices, of: tokens, windows: windows, texts: prepared.shown, by: evaluator)
      kinds = Self.kinds(result.choices, of: tokens, windows: windows)
    }
    let report = CalibrationReport(
      generator: generator, source: try source(model), calibration: fitted.statistics,
      importanceMatrix: prepared.fitting.matrix,
      plan: fitted.plan, stability: fitted.stability, recipe: recipe, routing: fitted.summary,
      experts: written.container.map { ExpertSizes($0).experts } ?? [],
      outputName: Folder.name(of: outputPath),
      outputBytes: file.files.reduce(0) { $0 + $1.length }, isOverlay: isOverlay,
      exactness: try exactness(written, model.checkpoint, parallel),
      heldOut: heldOut, passages: passages, tokenKinds: kinds,
      warnings: warnings(fitted, heldOut?.result, prepared))
    let document = report.document
    let page = try AtomicFile(path: pagePath, bytes: ReportPage(document: document).bytes)
    let json = try AtomicFile(
      path: reportPath, bytes: JSONWriter.write(document, layout: .indented) + [0x0A])
    // The report has read the source, too.
    try model.checkpoint.checkUnchanged()
    // Where the container is, its report is.
    try AtomicFile.commit([page, json, writer.file])
    journal?.removeAll()
    return report
  }

  /// What of the weights is not as it was.
  private func exactness(
    _ written: Checkpoint, _ source: Checkpoint, _ parallel: Parallel
  ) throws -> CalibrationReport.Exactness {
    guard let container = written.container, !isOverlay else { return .init() }
    let sources = container.directory.sourceTensors
    let recoded = sources.filter { !$0.isExact }
    return CalibrationReport.Exactness(
      keepsDownWhole: sources.contains { $0.cut?.storage == .whole },
      recoded: try parallel.map(recoded.count) { (index) throws(any Error) in
        try RecodingError.measure(recoded[index], in: container, source: source)
      })
  }

  private func source(_ model: Model) throws -> CalibrationReport.Source {
    let checkpoint = model.checkpoint
    return CalibrationReport.Source(
      name: checkpoint.name, family: model.family.name,
      layers: model.configuration.layers, hiddenSize: model.configuration.hiddenSize,
      intermediateSize: model.configuration.intermediateSize, tensors: checkpoint.tensors.count,
      parameters: checkpoint.tensors.reduce(0) { $0 + $1.elementCount },
      bytes: checkpoint.tensors.reduce(0) { $0 + $1.byteCount },
      fingerprint: try model.fingerprint())
  }
}
