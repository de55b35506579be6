import ByteIO
import Calibration
import Checkpoints
import Containers
import DMOE
import Experts
import Kernels
import Tensors
import Work

/// Resumption of interrupted work.
extension Partition {
  /// Condition on which results depend; an interrupted run resumes only if all are the same.
  ///
  /// The raw value is its name in the journal and in errors.
  package enum Condition: String, Sendable, CaseIterable {
    case program = "dynamoe"
    case kernels = "the kernels"
    case precision
    case model
    case weights = "the weights"
    case configuration = "the configuration"
    case recipe
    case importance
    case widths
    case alignment
    case routers
    case compensationRank = "compensation rank"
    case skipping
    case rounds
    case seed
    case down = "type of down projections"
    case overlay
    case text = "the text"
    case split = "the split of the text"
    case shownTexts = "shown texts"
    case statistics
    case importanceMatrix = "importance matrix"

    fileprivate func circumstance(_ value: String) -> ArtifactStore.Circumstance {
      ArtifactStore.Circumstance(rawValue, value)
    }
  }

  func artifactStore(_ prepared: Prepared) throws -> ArtifactStore {
    try ArtifactStore(folder: request.resumptionPath, circumstances: try circumstances(prepared))
  }

  private func circumstances(_ prepared: Prepared) throws -> [ArtifactStore.Circumstance] {
    let fitting = prepared.fitting
    func digest(_ path: String?) throws -> String {
      guard let path else { return "none" }
      return "\(SHA256Digest.digest(of: try InputFile(path: path).readAll(limit: .max)))"
    }
    func digest(_ text: TextTokens?) -> String {
      guard let text else { return "none" }
      let ids = text.allWindows().map { $0.map(String.init).joined(separator: " ") }
      return "\(SHA256Digest.digest(of: Array(ids.joined(separator: "/").utf8)))"
    }
    // The fingerprint covers only a part of each tensor; results depend on all bytes.
    func weights(of source: any TensorSource) throws -> String {
      var hasher = SHA256Hasher()
      let size = 4 << 20
      for tensor in source.tensors {
        for start in stride(from: 0, to: tensor.byteCount, by: size) {
          hasher.update(
            try source.read(tensor.name, start..<min(start + size, tensor.byteCount)))
        }
      }
      return "\(hasher.digest())"
    }
    func description(of model: Model) throws -> String {
      var hasher = SHA256Hasher()
      for name in Checkpoint.descriptions {
        hasher.update(Array("\(name)\0".utf8) + (try model.checkpoint.companion(name) ?? []))
      }
      return "\(hasher.digest())"
    }
    return [
      Condition.program.circumstance(request.generator),
      Condition.kernels.circumstance(ProductLibrary.kernels),
      Condition.precision.circumstance(request.precision.rawValue),
      Condition.model.circumstance("\(try prepared.model.fingerprint())"),
      Condition.weights.circumstance(try weights(of: prepared.model.checkpoint.source)),
      Condition.configuration.circumstance(try description(of: prepared.model)),
      Condition.recipe.circumstance(request.recipe.rawValue),
      Condition.importance.circumstance(fitting.importance.rawValue),
      Condition.widths.circumstance("\(fitting.widths)"),
      Condition.alignment.circumstance("\(fitting.alignment)"),
      Condition.routers.circumstance(fitting.router?.rawValue ?? "none"),
      Condition.compensationRank.circumstance("\(fitting.compensationRank ?? 0)"),
      Condition.skipping.circumstance("\(fitting.skips)"),
      Condition.rounds.circumstance("\(request.rounds)"),
      Condition.seed.circumstance("\(request.seed)"),
      Condition.down.circumstance(request.down.rawValue),
      Condition.overlay.circumstance("\(request.isOverlay)"),
      Condition.text.circumstance(digest(prepared.tokens)),
      Condition.split.circumstance("\(prepared.split?.calibration.count ?? 0)"),
      Condition.shownTexts.circumstance(
        prepared.shown.map { digest($0) }.joined(separator: " ")),
      Condition.statistics.circumstance(try digest(request.statisticsPath)),
      Condition.importanceMatrix.circumstance(try digest(request.matrixPath)),
    ]
  }
}
