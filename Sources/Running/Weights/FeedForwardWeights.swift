package import Kernels

/// Weights of one feed-forward layer as floats:
/// `y = W_down (act(W_gate x + b) ⊙ (W_up x + b)) + b`.
package struct FeedForwardWeights: Sendable {
  /// Down projection in one of its two stored forms.
  package enum Down: Sendable {
    /// D × H, as in checkpoints: a neuron is a column.
    case outputMajor(Matrix)
    /// H × D: a neuron is a row, and the first rows form a smaller layer.
    case neuronMajor(Matrix)
  }

  package let activation: Activation
  /// The activation where each layer has its own; nil where ``activation`` tells all.
  package let xielu: XIELU?
  /// H × D; nil for a layer without a gate.
  package let gate: Matrix?
  /// H × D.
  package let up: Matrix
  package let down: Down
  package let gateBias: [Float]?
  package let upBias: [Float]?
  package let downBias: [Float]?

  package init(
    activation: Activation, xielu: XIELU? = nil, gate: Matrix?, up: Matrix, down: Down,
    gateBias: [Float]?, upBias: [Float]?, downBias: [Float]?
  ) {
    self.activation = activation
    self.xielu = xielu
    self.gate = gate
    self.up = up
    self.down = down
    self.gateBias = gateBias
    self.upBias = upBias
    self.downBias = downBias
  }

  /// H, or the number of most important neurons that were read.
  package var neurons: Int { up.rows }

  /// Hidden values h of the first `neurons` neurons.
  ///
  /// - Parameters:
  ///   - input: T × D, input of the layer.
  ///   - neurons: at most ``neurons``; nil for all.
  /// - Returns: T × neurons.
  package func hidden(_ input: Matrix, neurons: Int? = nil) -> Matrix {
    hidden(input, of: 0..<(neurons ?? self.neurons))
  }

  /// Hidden values h of a range of neurons: T × the length of the range.
  package func hidden(_ input: Matrix, of rows: Range<Int>) -> Matrix {
    let up = linear(input, of: rows)
    guard let gate else { return activating(up) }
    var hidden = gateInput(input, gate, of: rows)
    hidden.activate(activation, times: up)
    return hidden
  }

  /// Activated values of the gate, or of up without one: T × the length of the range.
  ///
  /// They tell whether a neuron matters before anything else of it is read.
  package func gateValues(_ input: Matrix, of rows: Range<Int>) -> Matrix {
    activating(gate.map { gateInput(input, $0, of: rows) } ?? linear(input, of: rows))
  }

  /// Factors that turn ``gateValues(_:of:)`` into hidden values; nil without a gate, where they are
  /// the hidden values.
  package func gateFactors(_ input: Matrix, of rows: Range<Int>) -> Matrix? {
    gate == nil ? nil : linear(input, of: rows)
  }

  /// Factors of chosen neurons for one token: 1 × their number.
  package func gateFactors(_ input: Matrix, chosen: [Int]) -> Matrix? {
    guard gate != nil else { return nil }
    var up = input.timesTransposed(self.up, chosen: chosen)
    if let upBias {
      for (index, neuron) in chosen.enumerated() { up.values[index] += upBias[neuron] }
    }
    return up
  }

  private func linear(_ input: Matrix, of rows: Range<Int>) -> Matrix {
    var up = input.timesTransposed(self.up, rows: rows)
    if let upBias { up.add(toEveryRow: upBias[rows]) }
    return up
  }

  private func gateInput(_ input: Matrix, _ gate: Matrix, of rows: Range<Int>) -> Matrix {
    var values = input.timesTransposed(gate, rows: rows)
    if let gateBias { values.add(toEveryRow: gateBias[rows]) }
    return values
  }

  private func activating(_ values: Matrix) -> Matrix {
    var values = values
    if let xielu { values.activate(xielu) } else { values.activate(activation) }
    return values
  }

  /// Contribution of a range of neurons, by rank, to the output, without the bias of down: T × D.
  package func contribution(_ hidden: Matrix, of rows: Range<Int>) -> Matrix {
    guard case .neuronMajor(let down) = down else {
      preconditionFailure("only a container has neurons by rank")
    }
    return hidden.times(down, rows: rows)
  }

  /// Contribution of chosen neurons, by rank, to the output for one token: 1 × D.
  package func contribution(_ hidden: Matrix, chosen: [Int]) -> Matrix {
    guard case .neuronMajor(let down) = down else {
      preconditionFailure("only a container has neurons by rank")
    }
    return hidden.times(down, chosen: chosen)
  }

  /// Output of the layer from hidden values, bias included.
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

  /// Output of the layer with another down projection, bias included.
  ///
  /// - Parameters:
  ///   - hidden: T × n.
  ///   - down: n × D, one neuron per row.
  /// - Returns: T × D.
  package func output(_ hidden: Matrix, down: Matrix) -> Matrix {
    var output = hidden.times(down, rows: 0..<hidden.columns)
    if let downBias { output.add(toEveryRow: downBias[...]) }
    return output
  }

  /// Down projection with one neuron per row, H × D.
  package var neuronMajorDown: Matrix {
    switch down {
    case .outputMajor(let down): down.transposed()
    case .neuronMajor(let down): down
    }
  }

  /// Layer with all or some of its neurons in another order, one neuron per row in all matrices.
  ///
  /// - Parameter order: current index of the neuron of each rank.
  /// - Returns: as many neurons as `order` has, with a neuron-major down projection.
  package func reordered(by order: [Int]) -> FeedForwardWeights {
    let rows = neuronMajorDown
    return FeedForwardWeights(
      activation: activation, xielu: xielu, gate: gate?.gatherRows(order[...]),
      up: up.gatherRows(order[...]),
      down: .neuronMajor(rows.gatherRows(order[...])),
      gateBias: gateBias.map { bias in order.map { bias[$0] } },
      upBias: upBias.map { bias in order.map { bias[$0] } }, downBias: downBias
    ).multiplying(in: up.precision)
  }

  /// Copy whose products have a precision.
  package func multiplying(in precision: Precision) -> FeedForwardWeights {
    let down: Down =
      switch down {
      case .outputMajor(let down): .outputMajor(down.multiplying(in: precision))
      case .neuronMajor(let down): .neuronMajor(down.multiplying(in: precision))
      }
    return FeedForwardWeights(
      activation: activation, xielu: xielu, gate: gate?.multiplying(in: precision),
      up: up.multiplying(in: precision), down: down, gateBias: gateBias, upBias: upBias,
      downBias: downBias)
  }
}
