import Kernels
import Running

extension VariantStreams {
  /// Neurons, cost and time that one window used in a layer.
  struct Use: Sendable {
    /// Neurons whose weights amount to what is read for one token at a time: a sum over tokens.
    let neurons: Double
    /// Sum over tokens of the parameters used for each alone, over those of the mean layer.
    let cost: Double
    /// The same with no neurons skipped, as in a window.
    let windowCost: Double
    /// Expert for each token; empty if the variant does not choose.
    let choices: [Int]
    /// Number of tokens that used an expert's compensation.
    var compensated = 0
    var positions = 0
    /// Time for the layer, converted to one thread.
    var seconds = 0.0
    /// Some positions of the first window, to be timed one at a time.
    var samples: [Sample] = []
  }

  /// Input of a feed-forward layer at one position.
  struct Sample: Sendable {
    /// 1 × D.
    let input: Matrix
    /// 1 × D.
    let residual: Matrix
    let join: ResidualJoin
  }
}
