import Architectures
import ByteIO
import Checkpoints
import Containers
package import DMOE
import Experts
import JSON
import Kernels
import Running
import Tensors
package import Work

/// Imports a routed folder, run and possibly fine-tuned with Transformers, as a container.
package struct FolderImport: Sendable {
  package let path: String
  /// Path of a family description; nil if the family is known or described in the folder.
  package let familyPath: String?
  package let outputPath: String
  package let compression: DMOECompression
  package let force: Bool
  package let generator: String

  package init(
    path: String, familyPath: String?, outputPath: String, compression: DMOECompression,
    force: Bool,
    generator: String
  ) {
    self.path = path
    self.familyPath = familyPath
    self.outputPath = outputPath
    self.compression = compression
    self.force = force
    self.generator = generator
  }

  /// Summary of the written file.
  package struct Result: Sendable {
    package let bytes: Int
    package let sourceBytes: Int
    /// Widths of the experts, per layer.
    package let widths: [[Int]]
    /// Kind of the routers; nil if there are none.
    package let router: String?
  }

  package func run(_ context: Context) throws -> Result {
    let folder = try Checkpoint(path: path, family: familyPath)
    context.progress.note(folder.notes, on: folder.path)
    let code = folder.place.map { place in RemoteCode.names.map { place.path(of: $0) } } ?? []
    try Folder.checkOutput(outputPath, inputs: folder.ownedPaths + code, force: force)
    let (form, model, tensors) = try open(folder)
    // Tuning may have spoilt weights, which no later command would take.
    try model.probe([], withOutput: true, parallel: context.parallel)
    let layers = try form.widths.enumerated().map { layer, widths in
      RingWriter.Layer(order: try tensors.order(layer: layer), widths: widths)
    }
    let experts = try form.widths.enumerated().map { layer, widths in
      LayerExperts(
        widths: widths, meanNeurons: model.configuration.neurons.mean,
        sensitivity: form.sensitivities?[layer] ?? 1,
        compensations: try tensors.compensations(layer: layer),
        hiddenSize: model.configuration.hiddenSize, gated: model.family.gated,
        skipping: try tensors.skipping(layer: layer, gated: model.family.gated))
    }
    let writer = try ContainerAssembly(
      model: model, layers: layers, importance: form.importance, generator: generator,
      recipe: form.recipe, routing: try routing(form, tensors), experts: experts,
      compression: compression, isOverlay: false, down: .keep, isRanked: true
    ).write(to: outputPath, context)
    try writer.file.commit()
    return Result(
      bytes: try InputFile(path: outputPath).length,
      sourceBytes: folder.files.reduce(0) { $0 + $1.length }, widths: form.widths,
      router: form.routing?.router.rawValue)
  }

  /// Opens the dense model in the folder, and the tensors of its experts and routers.
  private func open(_ folder: Checkpoint) throws -> (RoutedConfiguration, Model, RoutedTensors) {
    guard case .dense(.safetensors) = folder.storage else {
      throw FormError.notRouted(
        path: path, found: folder.container == nil ? "a GGUF file" : "a .dmoe")
    }
    guard let document = try folder.document("config.json") else {
      throw ModelError.noConfiguration(path: path)
    }
    guard let member = document.object?[RoutedConfiguration.key],
      RoutedConfiguration.isRouted(document)
    else {
      throw FormError.notRouted(path: path, found: "a plain checkpoint")
    }
    do {
      let form = try RoutedConfiguration(JSONField(member, path: RoutedConfiguration.key))
      let text = JSONWriter.write(try form.source(document), layout: .indented) + [0x0A]
      let whole = try Model(Checkpoint(folder, configuration: text))
      try form.check(against: whole)
      let tensors = try RoutedTensors(whole, form)
      let dense = Checkpoint(folder, configuration: text, hiding: tensors.names)
      return (form, try Model(dense), tensors)
    } catch let error as JSONFieldError {
      throw ModelError.configuration(path: path, file: "config.json", error)
    }
  }

  private func routing(_ form: RoutedConfiguration, _ tensors: RoutedTensors) throws -> Routing? {
    guard let routing = form.routing else { return nil }
    let target = routing.target
    if let budgets = form.budgets, !budgets.isValid(target) { throw PlanError.budgets(path: path) }
    return Routing(
      target: target, routers: try form.widths.indices.map { try tensors.router(layer: $0) },
      budgets: form.budgets)
  }
}
