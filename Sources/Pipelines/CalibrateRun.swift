import Architectures
import ByteIO
package import Calibration
import Checkpoints
package import Kernels
import Running
package import Work

/// Writes neuron statistics of a dense checkpoint on a text to a file.
package struct CalibrateRun: Sendable {
  package let modelPath: String
  /// Description of the model's family; nil for a known one.
  package let familyPath: String?
  package let text: TextRequest
  /// Share of the text to read.
  package let shard: DataShard
  package let outputPath: String
  /// Whether an existing output is replaced.
  package let force: Bool
  /// Precision of products with weights.
  package let precision: Precision

  package init(
    modelPath: String, familyPath: String? = nil, text: TextRequest, shard: DataShard = .whole,
    outputPath: String, force: Bool = false, precision: Precision = .f32
  ) {
    self.precision = precision
    self.modelPath = modelPath
    self.familyPath = familyPath
    self.text = text
    self.shard = shard
    self.outputPath = outputPath
    self.force = force
  }

  /// Writes and returns the statistics; hidden states on disk are stored beside the output.
  ///
  /// - Throws: errors of the inputs, the output and the disk.
  package func run(_ context: Context) throws -> NeuronStatistics {
    let checkpoint = try Checkpoint(path: modelPath, family: familyPath)
    context.progress.note(checkpoint.notes, on: checkpoint.path)
    var model = try Model(checkpoint)
    model.precision = precision
    guard model.checkpoint.container == nil else {
      throw PipelineError.alreadyConverted(path: modelPath)
    }
    try Folder.checkOutput(
      outputPath, inputs: model.checkpoint.ownedPaths + text.paths, force: force)
    let tokens = try TextTokens(
      text, model: model, limit: text.maximumTokens ?? TextRequest.defaultCalibrationTokens)
    let stage = Stage.calibrating.costing(
      StageCost(
        sweeping: model, positions: tokens.tokens.count / shard.count, streams: 1,
        withOutput: false, parallel: context.parallel))
    context.progress.estimate(StageList([stage]))
    if tokens.tokens.count / shard.count >= Model.positionsWorthProbing {
      try model.probe(tokens.windows(), withOutput: false, parallel: context.parallel)
    }
    let workspace = Workspace(
      memory: context.workspace.memory, folder: Folder.parent(of: outputPath))
    let statistics = try Calibrator(model, context.with(workspace), as: stage)
      .statistics(of: tokens, shard: shard)
    try model.checkpoint.checkUnchanged()
    try statistics.write(to: outputPath)
    return statistics
  }
}
