import DMOE
package import Kernels
package import Models

/// Measures variants of a model on windows of text, all in one sweep over the weights.
package struct Evaluator: Sendable {
  package let model: Model
  package let parallel: Parallel
  package let progress: Progress

  package init(model: Model, parallel: Parallel, progress: Progress) {
    self.model = model
    self.parallel = parallel
    self.progress = progress
  }

  /// The variants that the model can run.
  package var variants: [Variant] {
    guard let container = model.checkpoint.container else { return [.dense] }
    let experts = (0..<container.expertsHeld).map { Variant.expert($0) }
    return container.isComplete ? [.dense] + experts : experts
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
  ///   - variants: each must be one of ``variants``.
  ///   - windows: tokens; every one but a window's first is predicted.
  /// - Returns: the figures of each variant.
  /// - Throws: what reading the model throws.
  package func evaluate(
    _ variants: [Variant], on windows: [[Int]]
  ) throws(EvaluationError) -> Result {
    for variant in variants where !self.variants.contains(variant) {
      throw .unknownVariant(variant.name, known: self.variants.map(\.name))
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
    var streams: [Variant] = self.variants.contains(.dense) ? [.dense] : []
    for variant in variants.map(asRun) where !streams.contains(variant) { streams.append(variant) }
    do {
      let finished = try run(streams, on: windows.map { Array($0.dropLast()) })
      let scores = try score(
        finished.map { $0.map(\.stream) }, targets: targets,
        reference: streams.firstIndex(of: .dense))
      let figures = variants.map { variant in
        let index = streams.firstIndex(of: asRun(variant)) ?? 0
        return self.figures(
          variant, scores: scores.map { $0[index] },
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

  private func run(
    _ variants: [Variant], on inputs: [[Int]]
  ) throws(ModelError) -> [[LayerSweep.Finished]] {
    let layers = model.configuration.layers
    progress.report("Evaluating", unit: "layers", done: 0, of: layers)
    return try LayerSweep(model, parallel: parallel).run(inputs, streams: variants.count) { call in
      let neurons = width(of: variants[call.stream], layer: call.layer)
      let hidden = call.weights.hidden(call.input, neurons: neurons)
      return (call.weights.output(hidden), ())
    } finishedLayer: { layer, _ in
      progress.report("Evaluating", unit: "layers", done: layer + 1, of: layers)
    }
  }

  /// How many neurons a variant uses; nil for all.
  private func width(of variant: Variant, layer: Int) -> Int? {
    switch variant {
    case .dense: nil
    case .expert(let expert): model.checkpoint.container?.directory.widths[layer][expert]
    }
  }

  /// For each window and stream, what its logits say of the targets.
  private func score(
    _ streams: [[Matrix]], targets: [[Int]], reference: Int?
  ) throws(ModelError) -> [[WindowScore]] {
    let head = try OutputHead(model, parallel: parallel)
    return parallel.map(targets.count) { window in
      let dense = reference.map { head.logits(streams[$0][window]) }
      return streams.indices.map { stream in
        let logits = stream == reference ? dense : nil
        return WindowScore(
          logits: logits ?? head.logits(streams[stream][window]), targets: targets[window],
          reference: dense)
      }
    }
  }

  private func figures(
    _ variant: Variant, scores: [WindowScore], seconds: Double, targets: Int
  ) -> VariantFigures {
    let count = Double(targets)
    let losses = scores.flatMap(\.losses)
    let mean = losses.reduce(0, +) / count
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
    let divergences = scores.compactMap(\.divergence)
    let agreements = scores.compactMap(\.sameTop)
    let hasReference = divergences.count == scores.count
    let layers = model.configuration.layers
    let widths = (0..<layers).map { width(of: variant, layer: $0) }
    let active = widths.reduce(0.0) { sum, width in
      sum + (width.map { Double($0) / Double(model.configuration.intermediateSize) } ?? 1)
    }
    return VariantFigures(
      variant: variant, perplexity: exponential(mean),
      perplexityError: exponential(mean) * (variance / count).squareRoot(),
      activeFFNFraction: active / Double(layers), routerFraction: 0,
      meanKLD: hasReference ? divergences.reduce(0, +) / count : nil,
      sameTopP: hasReference ? Double(agreements.reduce(0, +)) / count : nil,
      tokensPerSecond: count / seconds * Double(parallel.threads))
  }
}
