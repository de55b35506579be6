import Architectures
package import Checkpoints
package import Kernels
package import Running
package import Work

/// Refits the down projections of experts that each run alone in every layer, on the states that the
/// expert's earlier layers leave: a layer also repairs what those have lost.
///
/// The target of a layer is the residual stream of the dense model behind it. Where a norm follows
/// the output, it is the dense output itself, as the norm bounds what can be added.
package struct RefitSweep: Sendable {
  /// Number of neurons of each expert, by expert and layer.
  package let widths: [[Int]]
  private let windows: [[Int]]

  /// - Parameters:
  ///   - widths: number of neurons, by expert and layer.
  ///   - windows: windows of calibration text. Their last tokens are not run, as in an evaluation.
  package init(widths: [[Int]], windows: [[Int]]) {
    self.widths = widths
    self.windows = windows.map { Array($0.dropLast()) }.filter { !$0.isEmpty }
  }

  /// Number of tokens whose hidden values are held at a time.
  private static let chunk = 2048

  /// Number of positions that a sweep runs.
  ///
  /// - Parameters:
  ///   - experts: number of experts.
  ///   - calibration: number of positions of the calibration text.
  ///   - texts: number of positions of the texts that every expert runs.
  /// - Returns: the number, with those of the dense model.
  package static func positions(experts: Int, calibration: Int, texts: Int) -> Int {
    (experts + 1) * calibration + experts * texts
  }

  /// - Parameters:
  ///   - texts: windows that every expert runs with its refitted layers, without their last tokens.
  ///   - model: a model with neurons by rank, which holds dense.
  ///   - context: threads, progress and workspace; the sweep cannot be resumed.
  ///   - stage: the stage to report.
  ///   - finished: receives the down projection of an expert in a layer, neurons × hidden size.
  /// - Returns: the residual streams of the texts behind the last layer, by expert.
  /// - Throws: ``ModelError`` if the model cannot be read.
  @discardableResult
  package func run(
    texts: [[Int]] = [], _ model: Model, _ context: Context, as stage: Stage,
    finished: (_ expert: Int, _ layer: Int, _ down: Matrix) -> Void = { _, _, _ in }
  ) throws(ModelError) -> [LayerSweep.Windows] {
    let workspace = Workspace(memory: context.workspace.memory, folder: context.workspace.folder)
    var sweep = LayerSweep(model, context.with(workspace), as: stage)
    sweep.omittedTokens = 1
    let parallel = sweep.parallel
    let own = windows + texts
    let all = windows + widths.flatMap { _ in own }
    let step = sweep.progress(tokens: all.reduce(0) { $0 + $1.count })
    let streams = try sweep.streams(of: all) { layer in
      let dense = parallel.mapLarge(windows.map(\.count)) { window in
        let output = layer.weights.output(layer.weights.hidden(layer.inputs[window]))
        layer.finish(window, output)
        return output
      }
      for (expert, widths) in widths.enumerated() {
        let first = windows.count + expert * own.count
        let width = widths[layer.index]
        let down = refit(layer, dense, first: first, width: width, parallel)
        parallel.forEachLarge(own.map(\.count)) { window in
          let hidden = layer.weights.hidden(layer.inputs[first + window], neurons: width)
          layer.finish(first + window, layer.weights.output(hidden, down: down))
        }
        finished(expert, layer.index, down)
      }
      step.done(layer.index + 1)
      return true
    }
    return widths.indices.map { expert in
      let first = windows.count + expert * own.count + windows.count
      return streams[first..<first + texts.count]
    }
  }

  /// Fits the down projection of an expert in a layer; that of the model where no change can be
  /// fitted.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - dense: outputs of the dense model, by window.
  ///   - first: index of the expert's first window.
  ///   - width: number of neurons.
  ///   - parallel: the parallel loop.
  /// - Returns: width × D.
  private func refit(
    _ layer: LayerSweep.Layer, _ dense: [Matrix], first: Int, width: Int, _ parallel: Parallel
  ) -> Matrix {
    let down = layer.weights.neuronMajorDown.gatherRows(Array(0..<width)[...])
    var fit = DownFit(neurons: width, hiddenSize: down.columns)
    for chunk in WindowChunks.chunks(windows.map(\.count), size: Self.chunk) {
      let seen = parallel.mapLarge(windows[chunk].map(\.count)) { place in
        let window = chunk.lowerBound + place
        let hidden = layer.weights.hidden(layer.inputs[first + window], neurons: width)
        let residual = layer.residuals[window]
        var error = layer.join.repairing(
          layer.residuals[first + window], after: residual, with: dense[window])
        error.subtract(layer.weights.output(hidden, down: down))
        return (
          hidden: hidden, error: error,
          weights: layer.join.errorWeights(output: dense[window], residual: residual)
        )
      }
      for seen in seen {
        fit.add(seen.hidden, seen.error, weights: seen.weights, parallel: parallel)
      }
    }
    guard var fitted = fit.change() else { return down }
    fitted.add(down)
    return fitted
  }
}
