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

  package init(
    activation: Activation, gate: Matrix?, up: Matrix, down: Down, gateBias: [Float]?,
    upBias: [Float]?, downBias: [Float]?
  ) {
    self.activation = activation
    self.gate = gate
    self.up = up
    self.down = down
    self.gateBias = gateBias
    self.upBias = upBias
    self.downBias = downBias
  }

  /// H, or as many of the most important neurons as were read.
  package var neurons: Int { up.rows }

  /// The hidden values h of the first `neurons` neurons.
  ///
  /// - Parameters:
  ///   - input: T × D, what the first projections receive.
  ///   - neurons: at most ``neurons``; nil for all.
  /// - Returns: T × neurons.
  package func hidden(_ input: Matrix, neurons: Int? = nil) -> Matrix {
    hidden(input, of: 0..<(neurons ?? self.neurons))
  }

  /// The hidden values h of some of the neurons: T × as many as the range has.
  package func hidden(_ input: Matrix, of rows: Range<Int>) -> Matrix {
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

  /// What some of the neurons, given by rank, add to the output, without the bias of down: T × D.
  package func contribution(_ hidden: Matrix, of rows: Range<Int>) -> Matrix {
    guard case .neuronMajor(let down) = down else {
      preconditionFailure("only a container has neurons by rank")
    }
    return hidden.times(down, rows: rows)
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

  /// The down projection with a neuron a row, H × D.
  package var neuronMajorDown: Matrix {
    switch down {
    case .outputMajor(let down): down.transposed()
    case .neuronMajor(let down): down
    }
  }

  /// The layer with its neurons in another order, or the first of them, a neuron a row in all matrices.
  ///
  /// - Parameter order: for each rank the present index of its neuron.
  /// - Returns: as many neurons as are named, down by neurons.
  package func reordered(by order: [Int]) -> FeedForwardWeights {
    let rows = neuronMajorDown
    return FeedForwardWeights(
      activation: activation, gate: gate?.gatherRows(order[...]), up: up.gatherRows(order[...]),
      down: .neuronMajor(rows.gatherRows(order[...])),
      gateBias: gateBias.map { bias in order.map { bias[$0] } },
      upBias: upBias.map { bias in order.map { bias[$0] } }, downBias: downBias)
  }
}
