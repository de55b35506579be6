import DMOE
package import Experts
package import Kernels
package import Models

/// Measures variants of a model on windows of text, all in one sweep over the weights.
package struct Evaluator: Sendable {
  package let model: Model
  package let parallel: Parallel
  package let progress: Progress
  /// A router for each layer; empty where there are none.
  package let routers: [Router]

  package init(
    model: Model, routers: [Router] = [], parallel: Parallel, progress: Progress
  ) {
    self.model = model
    self.routers = routers
    self.parallel = parallel
    self.progress = progress
  }

  /// The variants that the model can run without a knob.
  package var variants: [Variant] {
    guard let container = model.checkpoint.container else { return [.dense] }
    let experts = (0..<container.expertsHeld).map { Variant.expert($0) }
    return container.isComplete ? [.dense] + experts : experts
  }

  /// Whether the model can run a variant.
  package func canRun(_ variant: Variant) -> Bool {
    guard case .choosing(let chooser, _) = variant else { return variants.contains(variant) }
    guard model.checkpoint.container?.isComplete ?? false else { return false }
    return chooser == .oracle || !routers.isEmpty
  }

  /// What there is to choose from, for people.
  package var choices: [String] {
    let choosers = Variant.Chooser.allCases.filter { canRun(.choosing($0, threshold: 0)) }
    return variants.map(\.name) + choosers.map { "\($0.rawValue)@THRESHOLD" }
  }

  /// What is measured, and over how much.
  package struct Result: Sendable {
    /// The text tokens that were predicted.
    package let targets: Int
    package let figures: [VariantFigures]

    package init(targets: Int, figures: [VariantFigures]) {
      self.targets = targets
      self.figures = figures
    }
  }

  /// Evaluates variants, in the order in which they are asked for.
  ///
  /// - Parameters:
  ///   - variants: each must be one that the model can run.
  ///   - windows: tokens; every one but a window's first is predicted.
  /// - Returns: the figures of each variant.
  /// - Throws: what reading the model throws.
  package func evaluate(
    _ variants: [Variant], on windows: [[Int]]
  ) throws(EvaluationError) -> Result {
    if let variant = variants.first(where: { !canRun($0) }) {
      throw .unknownVariant(variant.name, known: choices)
    }
    let targets = windows.map { Array($0.dropFirst()) }
    let targetCount = targets.reduce(0) { $0 + $1.count }
    guard targetCount > 0 else { throw .noTargets }
    // The last token of a window is never embedded, so that nothing else would look at it.
    let rows = model.configuration.vocabularySize
    if let token = targets.joined().first(where: { !(0..<rows).contains($0) }) {
      throw .model(.tokenOutOfRange(path: model.path, token: token, rows: rows))
    }
    // Divergence is measured from dense, which therefore runs whether or not it is asked for.
    let reference: [Variant] = self.variants.contains(.dense) ? [.dense] : []
    let plan = VariantStreams(
      reference + variants.map(asRun), widths: model.checkpoint.container?.directory.widths ?? [],
      routers: routers)
    let streams = plan.variants
    do {
      let (finished, neurons) = try run(plan, on: windows.map { Array($0.dropLast()) })
      let scores = try score(
        finished.map { $0.map(\.stream) }, targets: targets,
        reference: streams.firstIndex(of: .dense))
      let figures = variants.map { variant in
        let index = streams.firstIndex(of: asRun(variant)) ?? 0
        return self.figures(
          variant, scores: scores.map { $0[index] }, activeFFNFraction: neurons[index],
          seconds: finished[index].reduce(0) { $0 + $1.seconds }, targets: targetCount)
      }
      return Result(targets: targetCount, figures: figures)
    } catch {
      throw .model(error)
    }
  }

  /// The largest expert is dense: it need not run beside it.
  private func asRun(_ variant: Variant) -> Variant {
    guard let container = model.checkpoint.container, container.isComplete,
      variant == .expert(container.directory.experts - 1)
    else { return variant }
    return .dense
  }

  /// Runs variants side by side; of each also the mean share of the neurons that it used.
  private func run(
    _ streams: VariantStreams, on inputs: [[Int]]
  ) throws(ModelError) -> (finished: [[LayerSweep.Finished]], activeFraction: [Double]) {
    let layers = model.configuration.layers
    var neurons = [Int](repeating: 0, count: streams.variants.count)
    progress.report("Evaluating", unit: "layers", done: 0, of: layers)
    let sweep = LayerSweep(model, parallel: parallel)
    let finished = try sweep.run(inputs, phases: streams.phases) { call, earlier in
      streams.run(call, earlier: earlier)
    } finishedLayer: { layer, _, uses in
      for stream in neurons.indices {
        neurons[stream] += uses[stream].reduce(0) { $0 + $1.neurons }
      }
      progress.report("Evaluating", unit: "layers", done: layer + 1, of: layers)
    }
    let positions = inputs.reduce(0) { $0 + $1.count }
    let all = Double(positions * layers) * Double(model.configuration.intermediateSize)
    return (finished, neurons.map { Double($0) / all })
  }

  /// The parameters of the routers over those of the feed-forward layers, for variants that use them.
  func routerFraction(of variant: Variant) -> Double {
    guard case .choosing(let chooser, _) = variant, chooser == .routed || chooser == .random else {
      return 0
    }
    let configuration = model.configuration
    let matrices = model.family.gated ? 3 : 2
    let layer = matrices * configuration.hiddenSize * configuration.intermediateSize
    let parameters = routers.reduce(0) { $0 + $1.parameterCount }
    return Double(parameters) / Double(layer * configuration.layers)
  }
}
