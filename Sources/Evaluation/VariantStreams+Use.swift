import Kernels
import Running

extension VariantStreams {
  /// What one window used of a layer.
  struct Use: Sendable {
    /// Over all tokens.
    let neurons: Int
    /// The sum over tokens of the share of the layer's parameters.
    let cost: Double
    /// An expert for each token; none where it was not chosen.
    let choices: [Int]
    /// How many tokens used an expert's compensation.
    var compensated = 0
    var positions = 0
    /// What the layer took, on one thread.
    var seconds = 0.0
    /// Some positions of the first window, to be run alone.
    var samples: [Sample] = []
  }

  /// One position before a layer.
  struct Sample: Sendable {
    /// 1 × D.
    let input: Matrix
    /// 1 × D.
    let residual: Matrix
    let join: ResidualJoin
  }
}
