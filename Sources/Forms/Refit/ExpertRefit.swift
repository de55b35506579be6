import Architectures
package import Checkpoints
import Containers
package import DMOE
import Experts
import Kernels
import Running
package import Tensors
package import Work

/// Refit of an expert that is exported as a plain model: its down projections are fitted anew, so
/// that they repair much of what the missing neurons did.
package struct ExpertRefit: Sendable {
  private let model: Model
  private let expert: ExpertTensors
  private let windows: [[Int]]
  /// Down projections of the source, by layer.
  private let downs: [DMOEDirectory.SourceTensor]

  /// Nil for the dense model, which lacks nothing.
  ///
  /// - Parameters:
  ///   - checkpoint: a container, or an overlay on its base.
  ///   - expert: the expert to export.
  /// - Throws: ``FormError/noRefit(path:why:)`` if the container does not allow it.
  package init?(_ checkpoint: Checkpoint, _ expert: ExpertTensors) throws {
    guard !expert.isDense else { return nil }
    func refusal(_ why: String) -> FormError { .noRefit(path: checkpoint.path, why: why) }
    guard expert.container.holdsDense else { throw refusal("it does not hold the dense model") }
    model = try Model(checkpoint)
    guard model.family.unrun == nil else { throw refusal("its layers are not run") }
    guard
      let calibration = try CalibrationWindows(
        checkpoint, vocabularySize: model.configuration.vocabularySize)
    else { throw refusal("it holds no calibration tokens") }
    windows = calibration.windows
    self.expert = expert
    downs = expert.container.directory.sourceTensors.filter { $0.cut?.parts == [.down] }
      .sorted { ($0.cut?.layer ?? 0) < ($1.cut?.layer ?? 0) }
  }

  static let stage = Stage("Refitting", key: "refitting", isConsecutive: true)

  /// Down projections of all layers, with the shapes of the expert.
  package func run(_ context: Context) throws -> any TensorSource {
    var items: [DerivedTensors.Item] = []
    try RefitSweep(widths: expert.widths).run(
      windows, LayerSweep(model, context, as: Self.stage)
    ) { layer, down in
      let source = downs[layer]
      let matrix = source.cut?.neuronAxis == 1 ? down.transposed() : down
      items.append(.init(description(of: source), .values(matrix.values)))
    }
    return DerivedTensors(expert, items)
  }

  /// The tensor in the type of the expert, or as F32 where that is quantised.
  private func description(of source: DMOEDirectory.SourceTensor) -> TensorDescription {
    let description = expert.description(of: source)
    guard description.elementType.isQuantized else { return description }
    return TensorDescription(
      name: description.name, elementType: .f32, shape: description.shape) ?? description
  }
}
