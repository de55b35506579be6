import ByteIO
package import Calibration
import DMOE
import Evaluation
package import Experts
import JSON
package import Kernels
package import Models
package import Reports
import Tensors

/// From a dense checkpoint to a container and its report.
package struct Partition: Sendable {
  package let modelPath: String
  package let outputPath: String
  package let reportPath: String
  /// Calibration text, if any.
  package let text: TextRequest?
  /// Statistics that were made before, if any.
  package let statisticsPath: String?
  package let importance: Importance
  package let widths: ExpertWidths
  /// Nil for the default.
  package let alignment: Int?
  /// The routers to fit on the calibration text; nil for none.
  package let router: RouterKind?
  package let seed: UInt64
  /// Whether outputs that exist are replaced.
  package let force: Bool
  package let generator: String

  package init(
    modelPath: String, outputPath: String, reportPath: String, text: TextRequest?,
    statisticsPath: String?, importance: Importance, widths: ExpertWidths, alignment: Int?,
    router: RouterKind? = nil, seed: UInt64 = 0, force: Bool, generator: String
  ) {
    self.modelPath = modelPath
    self.outputPath = outputPath
    self.reportPath = reportPath
    self.text = text
    self.statisticsPath = statisticsPath
    self.importance = importance
    self.widths = widths
    self.alignment = alignment
    self.router = router
    self.seed = seed
    self.force = force
    self.generator = generator
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
  }

  /// Checks everything and tells what would be done.
  package func preview() throws -> Preview {
    let prepared = try prepare()
    let configuration = prepared.model.configuration
    var known: [Int]?
    if widths != .coverage {
      let flat = [Double](repeating: 1, count: configuration.intermediateSize)
      known = try ExpertPlan(
        ImportanceScores(importance: importance, layers: [flat]), widths: widths,
        alignment: alignment
      ).layers[0].widths
    }
    return Preview(
      family: prepared.model.family.name, layers: configuration.layers,
      sourceBytes: prepared.model.checkpoint.files.reduce(0) { $0 + $1.length }, widths: known,
      calibrationTokens: needsCalibration(prepared) ? prepared.split?.calibration.count ?? 0 : 0,
      heldOutTokens: prepared.split?.heldOut.count ?? 0)
  }

  /// Calibrates, plans, writes the container, measures it, and writes the report.
  package func run(parallel: Parallel, progress: Progress) throws -> CalibrationReport {
    let prepared = try prepare()
    let model = prepared.model
    progress.estimate(estimates(prepared, parallel))
    var statistics = prepared.statistics
    if needsCalibration(prepared), let tokens = prepared.tokens {
      statistics = try Calibrator(model: model, parallel: parallel, progress: progress)
        .statistics(of: tokens, range: prepared.split?.calibration)
    }
    let scores = try ImportanceScores(
      importance, model: model, statistics: statistics, parallel: parallel)
    let plan = try ExpertPlan(scores, widths: widths, alignment: alignment)
    let routers = try fitRouters(prepared, plan, parallel, progress)
    let writer = try ContainerAssembly(
      model: model, plan: plan, generator: generator, routers: routers.map(\.router)
    )
    .write(to: outputPath, parallel: parallel, progress: progress)

    // What is measured is what was written, read back.
    let written = try Checkpoint(path: writer.file.temporaryPath)
    var heldOut: CalibrationReport.HeldOut?
    if let tokens = prepared.tokens, let split = prepared.split {
      let evaluator = Evaluator(
        model: try Model(written), parallel: parallel, progress: progress)
      heldOut = CalibrationReport.HeldOut(
        textDigest: tokens.digest, context: tokens.context,
        result: try evaluator.evaluate(evaluator.variants, on: tokens.windows(split.heldOut)))
    }
    let report = CalibrationReport(
      generator: generator, source: try source(model), calibration: statistics, plan: plan,
      routers: routers,
      experts: written.container.map { ExpertSizes($0).experts } ?? [],
      outputName: Folder.name(of: outputPath),
      outputBytes: written.files.reduce(0) { $0 + $1.length }, heldOut: heldOut,
      warnings: warnings(statistics, prepared.split))
    try writer.file.commit()
    try AtomicFile.write(
      JSONWriter.write(report.document, layout: .indented) + [0x0A], to: reportPath)
    return report
  }

  /// Routers learn from the calibration part of the text.
  private func fitRouters(
    _ prepared: Prepared, _ plan: ExpertPlan, _ parallel: Parallel, _ progress: Progress
  ) throws -> [RouterCalibration.Fitted] {
    guard let router, let tokens = prepared.tokens, let split = prepared.split else { return [] }
    let windows = tokens.windows(split.calibration)
    guard windows.count > 1 else {
      throw CalibrationError.tooShort(
        path: tokens.name, tokens: tokens.tokens.count, needed: 3 * tokens.textTokensPerWindow,
        purpose: "fitting routers")
    }
    return try RouterCalibration(kind: router, seed: seed).fit(
      prepared.model, plan: plan, windows: windows, parallel: parallel, progress: progress)
  }

  private func source(_ model: Model) throws -> CalibrationReport.Source {
    let checkpoint = model.checkpoint
    return CalibrationReport.Source(
      name: Folder.name(of: modelPath), family: model.family.name,
      layers: model.configuration.layers, hiddenSize: model.configuration.hiddenSize,
      intermediateSize: model.configuration.intermediateSize, tensors: checkpoint.tensors.count,
      parameters: checkpoint.tensors.reduce(0) { $0 + $1.elementCount },
      bytes: checkpoint.tensors.reduce(0) { $0 + $1.byteCount },
      fingerprint: try model.fingerprint())
  }

  private func warnings(_ statistics: NeuronStatistics?, _ split: TextSplit?) -> [String] {
    var warnings: [String] = []
    if let statistics, statistics.tokens < 4096 {
      warnings.append(
        "calibrated on only \(statistics.tokens) tokens: the ranking may be chance; give more text")
    }
    if let split, split.heldOut.count < 2048 {
      warnings.append(
        "measured on only \(split.heldOut.count) held-out tokens: the perplexities are rough")
    }
    return warnings
  }
}
