import ByteIO
import Calibration
import Checkpoints
import Checks
import DMOE
import Evaluation
import Forms
import Inspection
import JSON
import Kernels
import Reports
import Tensors
import Tokenizers
import Work

/// A kind of untrusted input, and the code that reads it.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case safetensors
  /// `model.safetensors.index.json` next to its shards.
  case index
  case gguf
  /// A GGUF file as a model with a tokenizer, including a run of the model.
  case ggufModel = "gguf-model"
  case imatrix
  case dmoe
  /// The directory of a `.dmoe` and everything after it, with valid checksums in the preamble.
  case directory
  /// A coded block of a `.dmoe`.
  case block
  /// `tokenizer.json`, and the encoding of a text with it.
  case tokenizer
  /// `config.json` next to weights or of a routed folder, or the description of a family.
  case config
  case report

  /// Reads all of the data; errors are a valid result.
  ///
  /// - Returns: the error message; nil if the data is accepted.
  @discardableResult
  package func run(_ bytes: [UInt8], in folder: FuzzFolder) -> String? {
    do {
      switch self {
      case .safetensors:
        let path = try folder.write(bytes, as: "file")
        try inspect(Checkpoint(path: path))
        _ = try? NeuronStatistics(path: path)
      case .index:
        let name = "model.safetensors.index.json"
        try inspect(Checkpoint(path: folder.write(bytes, as: name, of: "shards")))
      case .gguf: try inspect(Checkpoint(path: folder.write(bytes, as: "file")))
      case .ggufModel:
        let model = try Model(path: folder.write(bytes, as: "file"))
        let tokenizer = try ModelTokenizer(model, beginning: .auto).tokenizer
        _ = try tokenizer.encode(Self.text, parsingSpecial: true)
        try run(model)
      case .imatrix:
        _ = try ImportanceMatrix(
          path: folder.write(bytes, as: "file"), neurons: [32, 32], hiddenSize: 16)
      case .dmoe: try inspect(Checkpoint(path: folder.write(bytes, as: "file")))
      case .directory:
        let checkpoint = try Checkpoint(path: folder.write(withChecksums(bytes), as: "file"))
        try inspect(checkpoint)
        try run(Model(checkpoint))
      case .block: try decodeBlock(bytes)
      case .tokenizer:
        _ = try Tokenizer(tokenizerJSON: bytes).encode(Self.text, parsingSpecial: true)
      case .config:
        let place = try folder.write(bytes, as: "config.json", of: "model")
        if let routed = try JSONScanner.scan(bytes).object?[RoutedConfiguration.key] {
          _ = try RoutedConfiguration(JSONField(routed, path: RoutedConfiguration.key))
        } else if let model = try? Model(path: place) {
          try run(model)
        } else {
          try run(Model(path: folder.path(of: "described"), family: place + "/config.json"))
        }
      case .report: _ = try ReportPage(document: JSONScanner.scan(bytes)).bytes
      }
      return nil
    } catch {
      // Describing the error must not trap either.
      return "\(error)"
    }
  }

  private static let text = "The cat 12 sät\u{0} <s>\n\t日本"

  /// The work of `inspect` and `validate`.
  private func inspect(_ checkpoint: Checkpoint) throws {
    let context = Context(.serial)
    _ = Validation(checkpoint, against: nil, context)
    let inspection = try Inspection(checkpoint, withStatistics: true, context)
    _ = JSONWriter.text(inspection.document)
  }

  /// Runs a few tokens through all layers, routed if there are routers.
  private func run(_ model: Model) throws {
    let evaluator = try Evaluator(model, Context(.serial))
    let budget = evaluator.smallestBudget.map { Variant.choosing(.routed, .budget($0)) }
    let positions = model.family.isEncoder ? 0..<0 : 0..<3
    _ = try evaluator.run(budget ?? .dense, on: [[1, 2, 3]], logitsAt: [positions])
  }

  /// Updates the checksums of preamble and directory to match their bytes.
  private func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 128 else { return bytes }
    let said = LittleEndian.load(UInt64.self, from: bytes, at: 8)
    let length = Int(min(said, UInt64((bytes.count - 64) / 64 * 64)))
    var preamble = Array("DMOE".utf8) + LittleEndian.bytes(of: UInt32(1))
    preamble += LittleEndian.bytes(of: UInt64(length)) + bytes[16..<24]
    preamble += LittleEndian.bytes(of: CRC32.checksum(Array(bytes[64..<64 + length])))
    preamble += [UInt8](repeating: 0, count: 32)
    return preamble + LittleEndian.bytes(of: CRC32.checksum(preamble)) + bytes[64...]
  }

  /// Decodes a block whose type and length are given by the first three bytes.
  private func decodeBlock(_ bytes: [UInt8]) throws {
    guard bytes.count > 3 else { throw Refusal.noBlock }
    let type = [ElementType.bf16, .f32, .u8, .i64][Int(bytes[0] % 4)]
    let count = Int(LittleEndian.load(UInt16.self, from: bytes, at: 1))
    guard let plain = BlockCoding.decode(Array(bytes[3...]), type, byteCount: count) else {
      throw Refusal.noBlock
    }
    precondition(plain.count == count, "\(plain.count) bytes instead of \(count)")
  }

  private enum Refusal: Error { case noBlock }
}
