import ByteIO
import Calibration
import Experts
import Kernels
import Models

/// What is checked, read and reckoned before the first weight is.
extension Partition {
  /// Everything that can be wrong is found here, before any work.
  struct Prepared {
    let model: Model
    let statistics: NeuronStatistics?
    let tokens: TextTokens?
    let split: TextSplit?
  }

  func prepare() throws -> Prepared {
    guard text != nil || statisticsPath != nil || !importance.needsStatistics else {
      throw ConversionError.noImportance
    }
    guard router == nil || text != nil else { throw ConversionError.routersWithoutText }
    guard router == nil || widths.experts > 1 else { throw ConversionError.routersWithoutChoice }
    let checkpoint = try Checkpoint(path: modelPath)
    guard checkpoint.container == nil else {
      throw ConversionError.alreadyConverted(path: modelPath)
    }
    let inputs =
      checkpoint.ownedPaths + [statisticsPath].compactMap { $0 } + (text?.paths ?? [])
    guard !Folder.isSamePlace(outputPath, reportPath) else {
      throw ConversionError.sameOutput(path: outputPath)
    }
    try Folder.checkOutput(outputPath, inputs: inputs, force: force)
    try Folder.checkOutput(reportPath, inputs: inputs, force: force)
    let model = try Model(checkpoint)
    // Widths that cannot be made are found with any scores, unless these decide on the widths.
    if widths != .coverage {
      let flat = [Double](repeating: 1, count: model.configuration.intermediateSize)
      _ = try ExpertPlan(
        ImportanceScores(importance: importance, layers: [flat]), widths: widths,
        alignment: alignment)
    }
    let statistics = try statisticsPath.map { try self.statistics(at: $0, for: model) }
    let calibrationLimit = text?.maximumTokens ?? TextRequest.defaultCalibrationTokens
    let tokens = try text.map {
      try TextTokens($0, model: model, limit: TextSplit.tokensWanted(calibration: calibrationLimit))
    }
    let split = try tokens.map { try TextSplit($0, calibration: calibrationLimit) }
    return Prepared(model: model, statistics: statistics, tokens: tokens, split: split)
  }

  private func statistics(at path: String, for model: Model) throws -> NeuronStatistics {
    let statistics = try NeuronStatistics(path: path)
    guard statistics.model == (try model.fingerprint()) else {
      throw ConversionError.otherModel(statistics: path)
    }
    let configuration = model.configuration
    guard statistics.layers.count == configuration.layers,
      statistics.layers.allSatisfy({ $0.squareSum.count == configuration.intermediateSize })
    else { throw ConversionError.otherModel(statistics: path) }
    return statistics
  }

  /// The sweeps that the work takes: to calibrate, to fit routers, to measure all variants.
  func estimates(_ prepared: Prepared, _ parallel: Parallel) -> [WorkEstimate] {
    guard let split = prepared.split else { return [] }
    let measuring = WorkEstimate(
      prepared.model, positions: split.heldOut.count, streams: widths.experts,
      withOutput: true, parallel: parallel)
    let calibrating = WorkEstimate(
      prepared.model, positions: split.calibration.count, streams: 1, withOutput: false,
      parallel: parallel)
    let sweeps = (needsCalibration(prepared) ? 1 : 0) + (router == nil ? 0 : 1)
    return [WorkEstimate](repeating: calibrating, count: sweeps) + [measuring]
  }

  func needsCalibration(_ prepared: Prepared) -> Bool {
    importance.needsStatistics && prepared.statistics == nil
  }
}
