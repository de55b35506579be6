import Architectures
import ByteIO
import Calibration
import Checkpoints
import Containers
import DMOE
import Experts
import Kernels
import Running
import Tensors
import Work

/// Checks and estimates before the first weight is read.
extension Partition {
  /// Inputs and choices; errors in them are found before any work.
  struct Prepared {
    let model: Model
    let tokens: TextTokens?
    let split: TextSplit?
    /// Texts that the report shows token by token.
    let shown: [TextTokens]
    let widths: ExpertWidths
    let fitting: ExpertFitting

    /// Windows of the calibration text; nil without text.
    var calibration: CalibrationWindows? {
      guard let tokens, let split else { return nil }
      return CalibrationWindows(tokens.windows(split.calibration))
    }

    /// Throws, before long work, for weights that are not finite and activations that overflow.
    func probe(_ context: Context) throws(ModelError) {
      let windows = tokens?.windows(split?.calibration) ?? []
      try model.probe(
        windows, withOutput: !windows.isEmpty && model.hasPredictions,
        parallel: context.parallel)
    }
  }

  func prepare() throws -> Prepared {
    let importance = try chosenImportance()
    let router = try chosenRouter()
    guard request.compensationRank ?? 0 == 0 || request.recipe.target == .logError else {
      throw PipelineError.compensationWithoutErrors
    }
    guard request.compensationRank ?? 0 == 0 || router != nil else {
      throw PipelineError.compensationWithoutRouters
    }
    guard request.skips != true || router != nil && request.recipe.skips else {
      throw PipelineError.skippingWithoutPrices
    }
    guard request.shownPaths.isEmpty || router != nil else {
      throw PipelineError.shownTextWithoutRouters
    }
    let checkpoint = try Checkpoint(path: request.modelPath, family: request.familyPath)
    guard checkpoint.container == nil else {
      throw PipelineError.alreadyConverted(path: request.modelPath)
    }
    let inputs =
      checkpoint.ownedPaths
      + [request.familyPath, request.statisticsPath, request.matrixPath].compactMap { $0 }
      + (request.text?.paths ?? [])
      + request.shownPaths
    for path in [request.reportPath, request.pagePath]
    where Folder.isSamePlace(request.outputPath, path) {
      throw PipelineError.sameOutput(path: request.outputPath)
    }
    for path in [request.outputPath, request.reportPath, request.pagePath] {
      try Folder.checkOutput(path, inputs: inputs, force: request.force)
    }
    var model = try Model(checkpoint)
    model.precision = request.precision
    try checkDown(model)
    let widths = request.widths ?? usualWidths(model, isRouted: router != nil)
    // Impossible widths are found with any scores, unless widths depend on the scores.
    if widths != .coverage { _ = try plainPlan(model, widths) }
    let hiddenSize = model.configuration.hiddenSize
    let rank = request.compensationRank ?? request.recipe.compensationRank(hiddenSize: hiddenSize)
    guard (0...hiddenSize).contains(rank) else {
      throw PipelineError.compensationRank(rank, hiddenSize: hiddenSize)
    }
    let evidence = try evidence(for: model)
    let calibrationLimit = request.text?.maximumTokens ?? TextRequest.defaultCalibrationTokens
    let tokens = try request.text.map {
      try TextTokens($0, model: model, limit: TextSplit.tokensWanted(calibration: calibrationLimit))
    }
    let split = try tokens.map { try TextSplit($0, calibration: calibrationLimit) }
    let fitting = ExpertFitting(
      model: model, tokens: tokens, split: split, evidence: evidence, recipe: request.recipe,
      importance: importance, widths: widths,
      alignment: request.alignment
        ?? widths.defaultAlignment(layers: model.configuration.neurons.layers),
      router: router, compensationRank: router == nil || rank == 0 ? nil : rank,
      skips: router != nil && request.skips ?? request.recipe.skips,
      rounds: request.rounds, seed: request.seed)
    return Prepared(
      model: model, tokens: tokens, split: split, shown: try shownTexts(for: model),
      widths: widths, fitting: fitting)
  }

  /// Tokenises each of the user's texts separately.
  private func shownTexts(for model: Model) throws -> [TextTokens] {
    guard let text = request.text else { return [] }
    return try request.shownPaths.map { path in
      let request = TextRequest(
        paths: [path], maximumTokens: nil, context: text.context, beginning: text.beginning,
        parsingSpecial: text.parsingSpecial)
      let tokens = try TextTokens(request, model: model, limit: Self.tokensShown)
      guard !tokens.tokens.isEmpty else {
        throw CalibrationError.tooShort(path: path, tokens: 0, needed: 1, purpose: "a shown text")
      }
      return tokens
    }
  }

  private func checkDown(_ model: Model) throws {
    guard request.down != .keep else { return }
    let types = (0..<model.configuration.layers).compactMap { layer in
      model.tensorName(.down, layer: layer)
        .flatMap { model.checkpoint.tensor(TensorName($0))?.elementType }
    }
    guard types.contains(where: \.isQuantized) else { throw PipelineError.downNotQuantized }
    let hiddenSize = model.configuration.hiddenSize
    if case .recoded(let type) = request.down.storage, hiddenSize % type.block.elements != 0 {
      throw PipelineError.downBlocks(hiddenSize: hiddenSize)
    }
  }

  private func evidence(for model: Model) throws -> NeuronEvidence? {
    if let matrixPath = request.matrixPath {
      return .importanceMatrix(
        try ImportanceMatrix(
          path: matrixPath, neurons: model.configuration.neurons.layers,
          hiddenSize: model.configuration.hiddenSize))
    }
    return try request.statisticsPath.map { .statistics(try statistics(at: $0, for: model)) }
  }

  private func statistics(at path: String, for model: Model) throws -> NeuronStatistics {
    let statistics = try NeuronStatistics(path: path)
    guard statistics.model == (try model.fingerprint()) else {
      throw PipelineError.otherModel(statistics: path)
    }
    guard statistics.layers.map(\.squareSum.count) == model.configuration.neurons.layers else {
      throw PipelineError.otherModel(statistics: path)
    }
    return statistics
  }

  func estimate(
    _ prepared: Prepared, _ output: OutputEstimate, _ context: Context, isResumable: Bool
  ) -> PartitionEstimate {
    let stages = PartitionStages(
      prepared.fitting, memory: context.workspace.memory, isResumable: isResumable,
      refits: request.keepsTokens && prepared.split != nil && prepared.widths.experts > 1,
      parallel: context.parallel)
    return PartitionEstimate(
      stages.list(
        shown: prepared.shown.reduce(0) { $0 + $1.tokens.count }, outputBytes: output.written),
      isResumable: isResumable)
  }

  func outputEstimate(_ prepared: Prepared) throws -> OutputEstimate {
    try OutputEstimate(
      prepared.model, experts: prepared.widths.experts, router: prepared.fitting.router,
      routerWidth: request.recipe.routerWidth(hiddenSize: prepared.model.configuration.hiddenSize),
      compensationRank: prepared.fitting.compensationRank, skips: prepared.fitting.skips,
      compression: request.compression, isOverlay: request.isOverlay)
  }

  /// Throws, before any work, if the disk is too small.
  ///
  /// The written file and the hidden states of its evaluation exist at the same time.
  func checkSpace(_ output: OutputEstimate, _ estimate: PartitionEstimate) throws {
    let folder = Folder.parent(of: request.outputPath)
    guard let free = Folder.freeBytes(folder) else { return }
    let needed = output.written + estimate.scratch
    guard needed <= free else { throw FileError.noSpace(path: folder, needed: needed, free: free) }
  }
}
