import Architectures
package import Checkpoints
package import Kernels

/// What chooses an expert for every token of a converted model.
package struct Routing: Sendable {
  package let aim: RouterAim
  /// A router for each layer.
  package let routers: [Router]
  /// Nil where only thresholds serve as a knob.
  package let budgets: BudgetTable?

  package init(aim: RouterAim, routers: [Router], budgets: BudgetTable?) {
    precondition(!routers.isEmpty, "no routers")
    self.aim = aim
    self.routers = routers
    self.budgets = budgets
  }

  package var parameterCount: Int { Self.parameterCount(routers) }

  /// The parameters of the routers over those of the feed-forward layers.
  package func fraction(of model: Model) -> Double { Self.fraction(routers, of: model) }

  package static func fraction(_ routers: [Router], of model: Model) -> Double {
    let configuration = model.configuration
    let neuron = (model.family.gated ? 3 : 2) * configuration.hiddenSize
    let all = neuron * configuration.intermediateSize * configuration.layers
    return Double(parameterCount(routers)) / Double(all)
  }

  private static func parameterCount(_ routers: [Router]) -> Int {
    routers.reduce(0) { $0 + $1.parameterCount }
  }

  /// What the router of a layer predicts of every expert but the last, a row for each token.
  package func predict(layer: Int, input: Matrix, residual: Matrix) -> Matrix {
    routers[layer].predict(aim.features(input: input, residual: residual))
  }
}
