import DMOE
import Experts
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

  /// The variants that the model can run without a knob.
  package var variants: [Variant] {
    guard let container = model.checkpoint.container else { return [.dense] }
    let experts = (0..<container.expertsHeld).map { Variant.expert($0) }
    return container.isComplete ? [.dense] + experts : experts
  }

  /// Whether the model can run a variant.
  package func canRun(_ variant: Variant) -> Bool {
    if case .oracle = variant { return model.checkpoint.container?.isComplete ?? false }
    return variants.contains(variant)
  }

  /// What there is to choose from, for people.
  package var choices: [String] {
    let canChoose = model.checkpoint.container?.isComplete ?? false
    return variants.map(\.name) + (canChoose ? ["oracle@THRESHOLD"] : [])
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
    var streams: [Variant] = self.variants.contains(.dense) ? [.dense] : []
    for variant in variants.map(asRun) where !streams.contains(variant) { streams.append(variant) }
    do {
      let (finished, neurons) = try run(streams, on: windows.map { Array($0.dropLast()) })
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
    _ variants: [Variant], on inputs: [[Int]]
  ) throws(ModelError) -> (finished: [[LayerSweep.Finished]], activeFraction: [Double]) {
    let layers = model.configuration.layers
    var neurons = [Int](repeating: 0, count: variants.count)
    progress.report("Evaluating", unit: "layers", done: 0, of: layers)
    let sweep = LayerSweep(model, parallel: parallel)
    let finished = try sweep.run(inputs, streams: variants.count) { call in
      run(variants[call.stream], call)
    } finishedLayer: { layer, used in
      for stream in variants.indices { neurons[stream] += used[stream].reduce(0, +) }
      progress.report("Evaluating", unit: "layers", done: layer + 1, of: layers)
    }
    let positions = inputs.reduce(0) { $0 + $1.count }
    let all = Double(positions * layers) * Double(model.configuration.intermediateSize)
    return (finished, neurons.map { Double($0) / all })
  }

  /// The output of a layer, and how many neurons it used over all tokens.
  private func run(
    _ variant: Variant, _ call: LayerSweep.Call
  ) -> (output: Matrix, observation: Int) {
    let widths = model.checkpoint.container?.directory.widths[call.layer] ?? []
    switch variant {
    case .dense:
      return fixed(call, neurons: call.weights.neurons)
    case .expert(let expert):
      return fixed(call, neurons: widths[expert])
    case .oracle(let threshold):
      let outputs = ExpertOutputs(call.weights, input: call.input, widths: widths)
      let choices = outputs.similarities().map {
        Difficulty.expert(similarities: $0, threshold: threshold)
      }
      return (outputs.output(choices: choices), choices.reduce(0) { $0 + widths[$1] })
    }
  }

  private func fixed(
    _ call: LayerSweep.Call, neurons: Int
  ) -> (output: Matrix, observation: Int) {
    let hidden = call.weights.hidden(call.input, neurons: neurons)
    return (call.weights.output(hidden), neurons * call.input.rows)
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
    _ variant: Variant, scores: [WindowScore], activeFFNFraction: Double, seconds: Double,
    targets: Int
  ) -> VariantFigures {
    let count = Double(targets)
    let losses = scores.flatMap(\.losses)
    let mean = losses.reduce(0, +) / count
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
    let divergences = scores.compactMap(\.divergence)
    let agreements = scores.compactMap(\.sameTop)
    let hasReference = divergences.count == scores.count
    var tokensPerSecond: Double? = count / seconds * Double(parallel.threads)
    // To know the true similarity takes more than the layer that it would save.
    if case .oracle = variant { tokensPerSecond = nil }
    return VariantFigures(
      variant: variant, perplexity: exponential(mean),
      perplexityError: exponential(mean) * (variance / count).squareRoot(),
      activeFFNFraction: activeFFNFraction, routerFraction: 0,
      meanKLD: hasReference ? divergences.reduce(0, +) / count : nil,
      sameTopP: hasReference ? Double(agreements.reduce(0, +)) / count : nil,
      tokensPerSecond: tokensPerSecond)
  }
}
