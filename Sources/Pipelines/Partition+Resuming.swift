import ByteIO
import Calibration
import Checkpoints
import Containers
import Experts
import Kernels
import Tensors
import Work

/// Work that is interrupted, and taken up again.
extension Partition {
  /// Where it is kept what is finished, until all is.
  package var resumptionPath: String { outputPath + ".resume" }

  func journal(_ prepared: Prepared) throws -> Journal {
    try Journal(folder: resumptionPath, circumstances: try circumstances(prepared))
  }

  /// All that the results depend on.
  private func circumstances(_ prepared: Prepared) throws -> [Journal.Circumstance] {
    let nesting = prepared.nesting
    func digest(_ path: String?) throws -> String {
      guard let path else { return "none" }
      return "\(SHA256Digest.digest(of: try InputFile(path: path).readAll(limit: .max)))"
    }
    func digest(_ text: TextTokens?) -> String {
      guard let text else { return "none" }
      let ids = text.allWindows().map { $0.map(String.init).joined(separator: " ") }
      return "\(SHA256Digest.digest(of: Array(ids.joined(separator: "/").utf8)))"
    }
    // The fingerprint knows a part of each tensor only; what was done before rests on all of them.
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
      Journal.Circumstance("dynamoe", generator),
      Journal.Circumstance("the kernels", ProductLibrary.kernels),
      Journal.Circumstance("model", "\(try prepared.model.fingerprint())"),
      Journal.Circumstance("the weights", try weights(of: prepared.model.checkpoint.source)),
      Journal.Circumstance("the configuration", try description(of: prepared.model)),
      Journal.Circumstance("--recipe", recipe.rawValue),
      Journal.Circumstance("--importance", nesting.importance.rawValue),
      Journal.Circumstance("widths", "\(nesting.widths)"),
      Journal.Circumstance("--align", "\(nesting.alignment)"),
      Journal.Circumstance("--router", nesting.router?.rawValue ?? "none"),
      Journal.Circumstance("--compensation-rank", "\(nesting.compensationRank ?? 0)"),
      Journal.Circumstance("--rounds", "\(rounds)"),
      Journal.Circumstance("--seed", "\(seed)"),
      Journal.Circumstance("--down", down.rawValue),
      Journal.Circumstance("--overlay", "\(isOverlay)"),
      Journal.Circumstance("the text", digest(prepared.tokens)),
      Journal.Circumstance("its split", "\(prepared.split?.calibration.count ?? 0)"),
      Journal.Circumstance(
        "--show-text", prepared.shown.map { digest($0) }.joined(separator: " ")),
      Journal.Circumstance("--calibration", try digest(statisticsPath)),
      Journal.Circumstance("--imatrix", try digest(matrixPath)),
    ]
  }
}
