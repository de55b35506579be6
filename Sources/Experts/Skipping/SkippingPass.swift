import Kernels
import Running

/// Outputs of the experts that skip neurons at one price, built up ring by ring.
struct SkippingPass {
  private let scales: [Float]
  private let thresholds: [Float]
  /// Experts that skip at this price.
  private let wanted: Set<Int>
  /// Output and active neurons of the rings so far.
  private var sum: (output: Matrix, active: [Int])?
  private(set) var experts: [Int: (output: Matrix, active: [Int])] = [:]

  init(_ skip: ExpertOutputs.Skip, price: Double) {
    scales = skip.skipping.scales
    thresholds = skip.skipping.thresholds(skip.residual, price: price)
    wanted = Set(skip.prices.indices.filter { skip.prices[$0] == price })
  }

  /// Adds a ring's neurons to those of the expert before.
  mutating func add(
    _ weights: FeedForwardWeights, _ gate: Matrix, _ factors: Matrix?, of ring: Range<Int>,
    endingExpert expert: Int
  ) {
    guard wanted.contains(where: { $0 >= expert }) else { return }
    var hidden = gate
    var active = hidden.multiply(factors, whereScaledBy: scales[ring], exceeds: thresholds)
    var output = weights.contribution(hidden, of: ring)
    if let sum {
      output.add(sum.output)
      active = zip(active, sum.active).map(+)
    }
    sum = (output, active)
    if wanted.contains(expert) { experts[expert] = (output, active) }
  }
}

extension ExpertOutputs.Skip {
  /// A pass for each price.
  var passes: [SkippingPass] { Set(prices).map { SkippingPass(self, price: $0) } }
}
