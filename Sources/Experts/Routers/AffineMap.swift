package import Kernels

/// `W x + b` for every row x of a matrix.
package struct AffineMap: Sendable, Equatable {
  /// A row for each output, a column for each input.
  package var weight: Matrix
  package var bias: [Float]

  package init(weight: Matrix, bias: [Float]) {
    precondition(bias.count == weight.rows, "\(bias.count) terms for \(weight.rows) outputs")
    self.weight = weight
    self.bias = bias
  }

  package var parameterCount: Int { weight.values.count + bias.count }

  package func callAsFunction(_ inputs: Matrix) -> Matrix {
    var outputs = inputs.timesTransposed(weight)
    outputs.add(toEveryRow: bias[...])
    return outputs
  }

  /// Equivalent map that takes raw instead of standardised inputs.
  package func taking(_ inputs: Standardization) -> AffineMap {
    var result = self
    for output in 0..<weight.rows {
      var bias = Double(bias[output])
      for input in 0..<weight.columns {
        let index = output * weight.columns + input
        let raw = Float(Double(weight.values[index]) * inputs.scales[input])
        result.weight.values[index] = raw
        // Uses the rounded weight, so that its error is relative to the mean and not to zero.
        bias -= Double(raw) * inputs.means[input]
      }
      result.bias[output] = Float(bias)
    }
    return result
  }

  /// Equivalent map that gives raw instead of standardised outputs.
  package func giving(_ outputs: Standardization) -> AffineMap {
    var result = self
    for output in 0..<weight.rows {
      let deviation = outputs.deviations[output]
      for index in output * weight.columns..<(output + 1) * weight.columns {
        result.weight.values[index] = Float(Double(weight.values[index]) * deviation)
      }
      result.bias[output] = Float(Double(bias[output]) * deviation + outputs.means[output])
    }
    return result
  }
}
