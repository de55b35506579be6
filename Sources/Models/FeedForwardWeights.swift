package import Kernels

/// The weights of one feed-forward layer as floats: `y = W_down (act(W_gate x + b) ⊙ (W_up x + b)) + b`.
package struct FeedForwardWeights: Sendable {
  /// The down projection, in one of the two forms in which it is stored.
  package enum Down: Sendable {
    /// D × H, as checkpoints have it: a neuron is a column.
    case outputMajor(Matrix)
    /// H × D: a neuron is a row, and the first rows are a smaller layer.
    case neuronMajor(Matrix)
  }

  package let activation: Activation
  /// H × D; nil where the layer is not gated.
  package let gate: Matrix?
  /// H × D.
  package let up: Matrix
  package let down: Down
  package let gateBias: [Float]?
  package let upBias: [Float]?
  package let downBias: [Float]?

  /// H, or as many of the most important neurons as were read.
  package var neurons: Int { up.rows }

  /// The hidden values h of the first `neurons` neurons.
  ///
  /// - Parameters:
  ///   - input: T × D, what the first projections receive.
  ///   - neurons: at most ``neurons``; nil for all.
  /// - Returns: T × neurons.
  package func hidden(_ input: Matrix, neurons: Int? = nil) -> Matrix {
    let rows = 0..<(neurons ?? self.neurons)
    var up = input.timesTransposed(self.up, rows: rows)
    if let upBias { up.add(toEveryRow: upBias[rows]) }
    guard let gate else {
      up.activate(activation)
      return up
    }
    var hidden = input.timesTransposed(gate, rows: rows)
    if let gateBias { hidden.add(toEveryRow: gateBias[rows]) }
    hidden.activate(activation, times: up)
    return hidden
  }

  /// What the neurons with these hidden values give to the residual stream, bias included.
  ///
  /// - Parameter hidden: T × n, of the first n neurons.
  /// - Returns: T × D.
  package func output(_ hidden: Matrix) -> Matrix {
    var output =
      switch down {
      case .outputMajor(let down): hidden.timesTransposed(down)
      case .neuronMajor(let down): hidden.times(down, rows: 0..<hidden.columns)
      }
    if let downBias { output.add(toEveryRow: downBias[...]) }
    return output
  }
}
