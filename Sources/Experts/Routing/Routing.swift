import Architectures
package import Checkpoints
package import DMOE
package import Kernels

/// Routers that choose an expert for every token of a converted model.
package struct Routing: Sendable {
  package let target: RouterTarget
  /// One router for each layer.
  package let routers: [Router]
  /// Nil if only thresholds serve as a knob.
  package let budgets: BudgetTable?

  package init(target: RouterTarget, routers: [Router], budgets: BudgetTable?) {
    precondition(!routers.isEmpty, "no routers")
    self.target = target
    self.routers = routers
    self.budgets = budgets
  }

  package var parameterCount: Int { Self.parameterCount(routers) }

  /// Router parameters divided by feed-forward parameters.
  package func fraction(of model: Model) -> Double { Self.fraction(routers, of: model) }

  package static func fraction(_ routers: [Router], of model: Model) -> Double {
    let configuration = model.configuration
    let neuron = model.family.feedForwardMatrices * configuration.hiddenSize
    let all = neuron * configuration.neurons.total
    return Double(parameterCount(routers)) / Double(all)
  }

  private static func parameterCount(_ routers: [Router]) -> Int {
    routers.reduce(0) { $0 + $1.parameterCount }
  }

  /// Scores that a layer's router predicts: a row for each token, a column for each expert but the
  /// last.
  package func predict(layer: Int, input: Matrix, residual: Matrix) -> Matrix {
    routers[layer].predict(target.features(input: input, residual: residual))
  }
}
