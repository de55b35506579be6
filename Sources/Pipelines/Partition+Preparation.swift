import Architectures
import ByteIO
import Calibration
import Checkpoints
import Containers
import DMOE
import Experts
import Kernels
import Tensors

/// What is checked, read and reckoned before the first weight is.
extension Partition {
  /// Everything that can be wrong is found here, before any work.
  struct Prepared {
    let model: Model
    let tokens: TextTokens?
    let split: TextSplit?
    /// What the report shall show token by token.
    let shown: [TextTokens]
    let widths: ExpertWidths
    let fitting: ExpertFitting
  }

  func prepare() throws -> Prepared {
    let importance = try chosenImportance()
    let router = try chosenRouter()
    guard compensationRank ?? 0 == 0 || recipe.aim == .logError else {
      throw PipelineError.compensationWithoutErrors
    }
    guard compensationRank ?? 0 == 0 || router != nil else {
      throw PipelineError.compensationWithoutRouters
    }
    guard shownPaths.isEmpty || router != nil else {
      throw PipelineError.shownTextWithoutRouters
    }
    let checkpoint = try Checkpoint(path: modelPath, family: familyPath)
    guard checkpoint.container == nil else {
      throw PipelineError.alreadyConverted(path: modelPath)
    }
    let inputs =
      checkpoint.ownedPaths + [familyPath, statisticsPath, matrixPath].compactMap { $0 }
      + (text?.paths ?? [])
      + shownPaths
    for path in [reportPath, pagePath] where Folder.isSamePlace(outputPath, path) {
      throw PipelineError.sameOutput(path: outputPath)
    }
    for path in [outputPath, reportPath, pagePath] {
      try Folder.checkOutput(path, inputs: inputs, force: force)
    }
    let model = try Model(checkpoint)
    try checkDown(model)
    let widths = widths ?? usualWidths(model, isRouted: router != nil)
    // Widths that cannot be made are found with any scores, unless these decide on the widths.
    if widths != .coverage { _ = try plainPlan(model, widths) }
    let hiddenSize = model.configuration.hiddenSize
    let rank = compensationRank ?? recipe.compensationRank(hiddenSize: hiddenSize)
    guard (0...hiddenSize).contains(rank) else {
      throw PipelineError.compensationRank(rank, hiddenSize: hiddenSize)
    }
    let evidence = try evidence(for: model)
    let calibrationLimit = text?.maximumTokens ?? TextRequest.defaultCalibrationTokens
    let tokens = try text.map {
      try TextTokens($0, model: model, limit: TextSplit.tokensWanted(calibration: calibrationLimit))
    }
    let split = try tokens.map { try TextSplit($0, calibration: calibrationLimit) }
    let fitting = ExpertFitting(
      model: model, tokens: tokens, split: split, evidence: evidence, recipe: recipe,
      importance: importance, widths: widths,
      alignment: alignment
        ?? widths.defaultAlignment(neurons: model.configuration.intermediateSize),
      router: router, compensationRank: router == nil || rank == 0 ? nil : rank, rounds: rounds,
      seed: seed)
    return Prepared(
      model: model, tokens: tokens, split: split, shown: try shownTexts(for: model),
      widths: widths, fitting: fitting)
  }

  /// The user's texts, each on its own.
  private func shownTexts(for model: Model) throws -> [TextTokens] {
    guard let text else { return [] }
    return try shownPaths.map { path in
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
    guard down != .keep else { return }
    let types = (0..<model.configuration.layers).compactMap { layer in
      model.tensorName(.down, layer: layer)
        .flatMap { model.checkpoint.tensor(TensorName($0))?.elementType }
    }
    guard types.contains(where: \.isQuantized) else { throw PipelineError.downNotQuantized }
    let hiddenSize = model.configuration.hiddenSize
    if case .recoded(let type) = down.storage, hiddenSize % type.block.elements != 0 {
      throw PipelineError.downBlocks(hiddenSize: hiddenSize)
    }
  }

  /// What ranks the neurons: what was asked for, else what the recipe says, or as near to it as can
  /// be without text.
  private func chosenImportance() throws -> Importance {
    let importance = importance ?? recipe.importance
    if importance.needsText, isEvidenceGiven, self.importance == nil,
      text == nil || matrixPath != nil
    {
      return .output
    }
    guard text != nil || isEvidenceGiven || !importance.needsStatistics else {
      throw PipelineError.noImportance
    }
    guard text != nil || !importance.needsText else { throw PipelineError.greedyWithoutText }
    guard matrixPath == nil || importance != .magnitude else {
      throw PipelineError.matrixWithoutMagnitudes
    }
    return importance
  }

  private var isEvidenceGiven: Bool { statisticsPath != nil || matrixPath != nil }

  private func evidence(for model: Model) throws -> NeuronEvidence? {
    if let matrixPath {
      return .importanceMatrix(
        try ImportanceMatrix(
          path: matrixPath, layers: model.configuration.layers,
          neurons: model.configuration.intermediateSize))
    }
    return try statisticsPath.map { .statistics(try statistics(at: $0, for: model)) }
  }

  private func chosenRouter() throws -> RouterKind? {
    let hasChoice = widths?.experts ?? 2 > 1
    switch routers {
    case .none: return nil
    case .usual: return text != nil && hasChoice ? .mlp : nil
    case .kind(let kind):
      guard text != nil else { throw PipelineError.routersWithoutText }
      guard hasChoice else { throw PipelineError.routersWithoutChoice }
      return kind
    }
  }

  /// The widths of the recipe, or equal ones where the layers are too narrow for those.
  private func usualWidths(_ model: Model, isRouted: Bool) -> ExpertWidths {
    let isCompensated = isRouted && recipe.aim == .logError && compensationRank != 0
    let widths = recipe.widths(isCompensated: isCompensated)
    guard (try? plainPlan(model, widths)) == nil else { return widths }
    return recipe.widths(isCompensated: false)
  }

  /// A plan of one layer whose neurons are all alike: it has the widths that do not depend on them.
  func plainPlan(_ model: Model, _ widths: ExpertWidths) throws(PlanError) -> ExpertPlan {
    let flat = [Double](repeating: 1, count: model.configuration.intermediateSize)
    return try ExpertPlan(
      ImportanceScores(importance: .weights, layers: [flat]), widths: widths, alignment: alignment)
  }

  private func statistics(at path: String, for model: Model) throws -> NeuronStatistics {
    let statistics = try NeuronStatistics(path: path)
    guard statistics.model == (try model.fingerprint()) else {
      throw PipelineError.otherModel(statistics: path)
    }
    let configuration = model.configuration
    guard statistics.layers.count == configuration.layers,
      statistics.layers.allSatisfy({ $0.squareSum.count == configuration.intermediateSize })
    else { throw PipelineError.otherModel(statistics: path) }
    return statistics
  }

  func estimate(
    _ prepared: Prepared, output: OutputEstimate, memory: Int, isResumable: Bool,
    parallel: Parallel
  ) -> PartitionEstimate {
    PartitionEstimate(
      prepared.fitting, shown: prepared.shown.reduce(0) { $0 + $1.tokens.count },
      outputBytes: output.written, memory: memory, isResumable: isResumable, parallel: parallel)
  }

  func outputEstimate(_ prepared: Prepared) throws -> OutputEstimate {
    try OutputEstimate(
      prepared.model, experts: prepared.widths.experts, router: prepared.fitting.router,
      routerWidth: recipe.routerWidth(hiddenSize: prepared.model.configuration.hiddenSize),
      compensationRank: prepared.fitting.compensationRank, compression: compression,
      isOverlay: isOverlay)
  }

  /// Fails where the disk is too small, before any work is done.
  ///
  /// The file that is written and the hidden states of its evaluation are there together.
  func checkSpace(_ output: OutputEstimate, _ estimate: PartitionEstimate) throws {
    let folder = Folder.parent(of: outputPath)
    guard let free = Folder.freeBytes(folder) else { return }
    let needed = output.written + estimate.scratch
    guard needed <= free else { throw FileError.noSpace(path: folder, needed: needed, free: free) }
  }
}
