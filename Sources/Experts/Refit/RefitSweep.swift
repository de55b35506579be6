package import Checkpoints
package import Kernels
package import Running
import Work

/// Refits the down projections of an expert that runs alone in every layer, on the states that the
/// layers before it leave: each layer also repairs what those have lost.
///
/// The target of a layer is the residual stream of the dense model behind it. Where a norm follows
/// the output, it is the dense output itself, as the norm bounds what can be added.
package struct RefitSweep: Sendable {
  /// Number of neurons of the expert, by layer.
  package let widths: [Int]

  package init(widths: [Int]) { self.widths = widths }

  /// Number of tokens whose hidden values are held at a time.
  private static let chunk = 2048

  /// - Parameters:
  ///   - windows: windows of calibration text.
  ///   - sweep: a model with neurons by rank.
  ///   - finished: receives the down projection of each layer, neurons × hidden size.
  /// - Throws: ``ModelError`` if the model cannot be read, or errors of `finished`.
  package func run(
    _ windows: [[Int]], _ sweep: LayerSweep, finished: (_ layer: Int, _ down: Matrix) -> Void
  ) throws(ModelError) {
    let parallel = sweep.parallel
    let step = sweep.progress(tokens: 2 * windows.reduce(0) { $0 + $1.count })
    // The dense model's windows, and then the expert's.
    try sweep.run(windows + windows) { layer in
      let dense = parallel.mapLarge(Array(layer.inputs.rows.prefix(windows.count))) { window in
        let output = layer.weights.output(layer.weights.hidden(layer.inputs[window]))
        layer.finish(window, output)
        return output
      }
      let down = refit(layer, dense, parallel)
      parallel.forEachLarge(Array(layer.inputs.rows.suffix(windows.count))) { window in
        let own = windows.count + window
        let hidden = layer.weights.hidden(layer.inputs[own], neurons: widths[layer.index])
        layer.finish(own, layer.weights.output(hidden, down: down))
      }
      finished(layer.index, down)
      step.done(layer.index + 1)
      return true
    }
  }

  /// Fits the down projection of a layer; that of the model where no change can be fitted.
  private func refit(
    _ layer: LayerSweep.Layer, _ dense: [Matrix], _ parallel: Parallel
  ) -> Matrix {
    let width = widths[layer.index]
    let count = dense.count
    let down = layer.weights.neuronMajorDown.gatherRows(Array(0..<width)[...])
    var fit = DownFit(neurons: width, hiddenSize: down.columns)
    for chunk in WindowChunks.chunks(Array(layer.inputs.rows.prefix(count)), size: Self.chunk) {
      let seen = parallel.mapLarge(Array(layer.inputs.rows[chunk])) { place in
        let window = chunk.lowerBound + place
        let hidden = layer.weights.hidden(layer.inputs[count + window], neurons: width)
        let residual = layer.residuals[window]
        var error = layer.join.repairing(
          layer.residuals[count + window], after: residual, with: dense[window])
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
