import Architectures
import ByteIO
import Calibration
package import Checkpoints
import DMOE
package import Experts
package import Kernels
import Running
package import Tensors
package import Work

/// Measures variants of a model on windows of text, all in one sweep over the weights.
package struct Evaluator: Sendable {
  package let model: Model
  package let context: Context
  /// Nil if the model has no routers.
  package let routing: Routing?
  /// Experts of each layer; empty if the model has none.
  let experts: [LayerExperts]
  /// Windows on which experts are refitted; nil if they are run as they are.
  let calibration: CalibrationWindows?
  /// Fault of the calibration tokens, which keeps experts from being run alone.
  private let calibrationFault: CalibrationError?

  /// - Throws: ``EvaluationError`` if experts or routers in the model's file are invalid.
  package init(_ model: Model, _ context: Context) throws(EvaluationError) {
    self.model = model
    self.context = context
    let container = model.checkpoint.container
    do {
      try container?.checkPermutations()
    } catch {
      throw .model(.container(error))
    }
    do {
      routing = try container.flatMap { (container) throws(PlanError) in
        try Routing(container)
      }
      experts =
        try container.map { (container) throws(PlanError) in
          try LayerExperts.layers(of: container)
        } ?? []
    } catch {
      throw .plan(error)
    }
    do {
      let windows = try CalibrationWindows.refitting(model)
      (calibration, calibrationFault) = (try? windows.get(), nil)
    } catch {
      (calibration, calibrationFault) = (nil, error)
    }
  }

  package var parallel: Parallel { context.parallel }

  /// Throws for a model that predicts no next token.
  package func checkPredicts() throws(EvaluationError) {
    guard !model.hasPredictions else { return }
    do throws(ModelError) { try model.checkRuns() } catch { throw .model(error) }
    guard model.family.isEncoder else {
      throw .headless(path: model.path, tensor: model.tensorName(.output))
    }
    throw .encoder(path: model.path, family: model.family.name)
  }

  /// Figures of an evaluation and the number of tokens behind them.
  package struct Result: Sendable {
    /// Number of text tokens that were predicted.
    package let targets: Int
    package let figures: [VariantFigures]
    /// Figures of the dense model with rounded matrices.
    package let rounded: [RoundedFigures]
    /// Nil if none were recorded.
    package let choices: TokenChoices?

    package init(
      targets: Int, figures: [VariantFigures], rounded: [RoundedFigures] = [],
      choices: TokenChoices? = nil
    ) {
      self.targets = targets
      self.figures = figures
      self.rounded = rounded
      self.choices = choices
    }
  }

  /// Evaluates variants and returns their figures in the same order.
  ///
  /// - Parameters:
  ///   - variants: each must be one that the model can run.
  ///   - roundings: types to round matrices to, and the dense model to round: this one or the one
  ///     that it was made from; ignored if this model does not hold dense.
  ///   - windows: tokens; all but the first of each window are predicted.
  ///   - recording: the variant whose choices are recorded, if any; the last token of a window is
  ///     predicted but not run, and has no choices.
  /// - Returns: the figures of each variant.
  /// - Throws: ``EvaluationError`` if a variant cannot be run, there is nothing to predict, or the
  ///   model or the calibration tokens of an expert that is refitted cannot be read.
  package func evaluate(
    _ variants: [Variant], roundings: (types: [ElementType], of: Model)? = nil,
    on windows: [[Int]], recording: TokenChoices.Request? = nil
  ) throws(EvaluationError) -> Result {
    try checkPredicts()
    if let variant = variants.first(where: { !canRun($0) }) {
      throw .unknownVariant(variant.name, known: choices)
    }
    let windows = model.configuration.isCausal ? windows : windows.flatMap(Self.beginnings)
    let targets = windows.map(self.targets)
    let targetCount = targets.reduce(0) { $0 + $1.count }
    guard targetCount > 0 else { throw .noTargets }
    // The last token of a window is never embedded, so nothing else checks its range.
    let rows = model.configuration.vocabularySize
    if let token = targets.joined().first(where: { !(0..<rows).contains($0) }) {
      throw .model(.tokenOutOfRange(path: model.path, token: token, rows: rows))
    }
    if let calibrationFault, variants.contains(where: isPartialExpert) {
      throw .calibration(calibrationFault)
    }
    // Divergence is measured from dense, which therefore runs even if it is not requested.
    let reference: [Variant] = self.variants.contains(.dense) ? [.dense] : []
    let plan = streams(reference + variants.map(asRun))
    let streams = plan.variants
    let result: Result
    do {
      let (finished, meters, choices) = try run(
        plan, on: windows.map { Array($0.dropLast()) }, recording: recording)
      let refitted = variants.filter(isRefitted)
      let scores = try score(
        finished.map(\.windows) + refit(refitted, on: windows.map { Array($0.dropLast()) }),
        targets: targets, reference: streams.firstIndex(of: .dense))
      let figures = variants.map { variant in
        let index = streams.firstIndex(of: asRun(variant)) ?? 0
        let scored = refitted.firstIndex(of: variant).map { streams.count + $0 } ?? index
        let seconds = finished[index].seconds / Double(parallel.threads)
        // The oracle computes more than the layer it would save, so its times mean nothing.
        let isOracle = if case .choosing(.oracle, _) = variant { true } else { false }
        let work = meters[index].work(
          of: model, routing: plan.usesRouters(variant) ? routing : nil,
          compensationRank: experts.first?.compensations.first?.rank,
          tokensPerSecond: Double(targetCount) / seconds, isMeasured: !isOracle)
        return self.figures(
          variant, isRefitted: scored != index, scores: scores.map { $0[scored] }, work: work)
      }
      var rounded: [RoundedFigures] = []
      if let (types, model) = roundings, let dense = streams.firstIndex(of: .dense) {
        let reference = finished[dense].windows
        rounded = try types.map { (type) throws(ModelError) in
          try figuresIfFinite(
            of: model.rounded(to: type), as: type, beside: reference, on: windows)
        }.compactMap { $0 }
      }
      result = Result(targets: targetCount, figures: figures, rounded: rounded, choices: choices)
    } catch {
      throw .model(error)
    }
    if let figures = result.figures.first(where: { !$0.perplexity.isFinite }) {
      throw .infinitePerplexity(path: model.path, variant: figures.variant.name)
    }
    return result
  }

  /// Beginnings of a window, two tokens to all of it: where attention sees later tokens, only the
  /// last token of a window is predicted from those before it alone.
  private static func beginnings(of window: [Int]) -> [[Int]] {
    guard window.count > 1 else { return [] }
    return (2...window.count).map { Array(window.prefix($0)) }
  }

  /// Tokens of a window that are predicted, its last ones.
  func targets(of window: [Int]) -> [Int] {
    Array(model.configuration.isCausal ? window.dropFirst() : window.suffix(1))
  }

  func streams(_ variants: [Variant]) -> VariantStreams {
    VariantStreams(
      variants, experts: experts, meanNeurons: model.configuration.neurons.mean, routing: routing)
  }

  /// Residual streams after the last layer, a meter for each of them, and recorded choices.
  typealias Run = (
    finished: [LayerSweep.Finished], meters: [CostMeter], choices: TokenChoices?
  )

  /// Runs variants side by side and meters the work and time of each.
  func run(
    _ streams: VariantStreams, on inputs: [[Int]], recording: TokenChoices.Request?,
    as stage: Stage = .evaluating
  ) throws(ModelError) -> Run {
    let recorded = recording.flatMap { streams.variants.firstIndex(of: $0.variant) }
    var recorder = recorded.flatMap { _ in
      recording.map { TokenChoices.Recorder($0, windows: inputs) }
    }
    var meters = [CostMeter](repeating: CostMeter(), count: streams.variants.count)
    // Choices alone are reported under the same name.
    let step = context.progress.layers(
      .evaluating, of: model.configuration.layers,
      tokens: streams.variants.count * inputs.reduce(0) { $0 + $1.count })
    var sweep = LayerSweep(model, context, as: stage)
    sweep.omittedTokens = 1
    let finished = try sweep.run(inputs, phases: streams.phases) { call, earlier in
      streams.run(call, earlier: earlier)
    } finishedLayer: { layer, weights, uses in
      if let recorded { recorder?.add(uses[recorded], of: experts[layer]) }
      for stream in meters.indices {
        meters[stream].add(
          uses[stream], layer: layer, of: model.configuration.neurons)
        if let seconds = streams.singleSeconds(stream, layer: layer, weights, uses) {
          meters[stream].addSingle(seconds: seconds)
        }
      }
      step.done(layer + 1)
    } record: { writer in
      writer.put(meters)
      recorder?.record(to: &writer)
    } restore: { reader in
      meters = reader.take()
      recorder?.restore(from: &reader)
    }
    return (finished, meters, recorder?.choices)
  }
}
