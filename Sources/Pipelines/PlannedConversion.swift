import Architectures
import ByteIO
package import Checkpoints
import Containers
import DMOE
package import Experts
import Kernels
package import Work

/// Converts a dense checkpoint by a given plan to a container without routers.
package struct PlannedConversion: Sendable {
  package let model: Model
  package let plan: ExpertPlan
  package let outputPath: String
  /// Whether an existing output is replaced.
  package let force: Bool
  package let generator: String

  package init(
    model: Model, plan: ExpertPlan, outputPath: String, force: Bool, generator: String
  ) {
    self.model = model
    self.plan = plan
    self.outputPath = outputPath
    self.force = force
    self.generator = generator
  }

  /// - Throws: ``PlanError`` for a plan of another model; errors of the input, output and disk.
  package func run(_ context: Context) throws {
    let checkpoint = model.checkpoint
    guard checkpoint.container == nil else {
      throw PipelineError.alreadyConverted(path: checkpoint.path)
    }
    let configuration = model.configuration
    let neurons = plan.layers.map(\.order.count)
    guard neurons == configuration.neurons.layers else {
      throw PlanError.otherShape(found: neurons, expected: configuration.neurons.layers)
    }
    try Folder.checkOutput(outputPath, inputs: checkpoint.ownedPaths, force: force)
    let experts = plan.layers.map {
      LayerExperts(
        widths: $0.widths, meanNeurons: configuration.neurons.mean,
        hiddenSize: configuration.hiddenSize, gated: model.family.gated)
    }
    let writer = try ContainerAssembly(
      model: model,
      layers: plan.layers.map { RingWriter.Layer(order: $0.order, widths: $0.widths) },
      importance: plan.importance.rawValue, generator: generator, recipe: nil, routing: nil,
      experts: experts, compression: .lossless, isOverlay: false, down: .keep
    ).write(to: outputPath, context)
    try writer.file.commit()
  }
}
