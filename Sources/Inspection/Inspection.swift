import Architectures
import ByteIO
package import Checkpoints
import Containers
import DMOE
import GGUF
import JSON
import Kernels
package import Reports
package import Tensors
package import Work

/// Contents of a file or folder, which need not be a complete model.
package struct Inspection: Sendable {
  package struct Tensor: Sendable {
    package let description: TensorDescription
    /// Nil if not requested, or if the values are not all available.
    package let statistics: TensorStatistics?
  }

  /// Properties of a container.
  package struct Container: Sendable {
    package let isComplete: Bool
    /// Whether the file holds every weight of the dense model.
    package let holdsDense: Bool
    package let expertsTotal: Int
    /// Experts that the file holds.
    package let experts: [CalibrationReport.Expert]
    package let importance: String
    /// Kind of the routers; nil if there are none.
    package let router: String?
    package let use: StorageUse
    /// Whether the weights are in another checkpoint, the base.
    package let isOverlay: Bool
  }

  package let path: String
  package let format: CheckpointFormat
  package let architecture: String?
  package let feedForward: FeedForward?
  package let files: [(path: String, length: Int)]
  package let tensors: [Tensor]
  package let container: Container?
  package let metadata: MetadataSummary
  /// Nil unless the metadata describes a tokenizer.
  package let tokenizer: TokenizerSummary?
  /// Nil for a dense model.
  package let mixture: Mixture?
  package let unknownTensors: [UnknownTensor]
  /// Nil unless the weights change another model.
  package let adapter: Adapter?
  /// Remarks on the choice of files, and on parts of the model.
  package let notes: [String]
  /// Features that may run untrusted code.
  package let risks: [String]
  /// Errors that prevent running the model; none for mixtures and adapters, which are other kinds of
  /// models.
  package let problems: [ModelError]

  package var byteCount: Int { files.reduce(0) { $0 + $1.length } }
  package var parameterCount: Int { tensors.reduce(0) { $0 + $1.description.elementCount } }
  /// Average over all tensors, block scales included.
  package var bitsPerParameter: Double {
    let bytes = tensors.reduce(0) { $0 + $1.description.byteCount }
    return Double(8 * bytes) / Double(max(parameterCount, 1))
  }

  /// - Parameters:
  ///   - checkpoint: an open file or folder.
  ///   - withStatistics: whether all values are read for statistics.
  ///   - context: threads for reading values, and the receiver of the number of tensors read.
  /// - Throws: errors of reading the files.
  package init(
    _ checkpoint: Checkpoint, withStatistics: Bool, _ context: Context
  ) throws {
    path = checkpoint.path
    files = checkpoint.files
    tensors = try Self.tensors(checkpoint, withStatistics, context)
    risks = try Self.risks(checkpoint)
    metadata = try MetadataSummary(checkpoint)
    let keys = try checkpoint.metadata()
    tokenizer = try Self.tokenizer(keys)
    mixture = try Self.mixture(checkpoint, keys)
    unknownTensors = Self.unknownTensors(checkpoint)
    adapter = try checkpoint.adapter()
    if let reader = checkpoint.container {
      let model = reader.directory.model
      format = .dmoe
      architecture = model.family
      feedForward = FeedForward(
        hiddenSize: model.hiddenSize,
        intermediateSizes: model.neurons.layers,
        activation: model.activation, gated: model.gated)
      container = Container(
        isComplete: reader.isComplete, holdsDense: reader.holdsDense,
        expertsTotal: reader.directory.experts,
        experts: ExpertSizes(reader).experts, importance: reader.directory.importance,
        router: reader.directory.routing?.router.rawValue, use: StorageUse(reader),
        isOverlay: reader.directory.isOverlay)
      problems = []
      notes = checkpoint.notes
    } else {
      format = checkpoint.naming == .gguf ? .gguf : .safetensors
      container = nil
      let document = try? checkpoint.document("config.json")
      architecture =
        try keys.map { try $0.stringIfPresent("general.architecture") }
        ?? document?.object?["model_type"]?.string
      let known = try Self.feedForward(of: checkpoint, document)
      feedForward = known.layers
      // These cannot be run here, but that is no fault of the file.
      problems = mixture == nil && adapter == nil ? known.problems : []
      notes = checkpoint.notes + known.notes
    }
  }

  private static func tensors(
    _ checkpoint: Checkpoint, _ withStatistics: Bool, _ context: Context
  ) throws -> [Tensor] {
    guard withStatistics else {
      return checkpoint.tensors.map { Tensor(description: $0, statistics: nil) }
    }
    let done = Counter()
    let total = checkpoint.tensors.count
    let source = checkpoint.source
    return try context.parallel.map(total) { (index) throws(any Error) in
      let tensor = checkpoint.tensors[index]
      let statistics = try statistics(of: tensor, in: source)
      context.progress.report(.readingValues, done: done.increment(), of: total)
      return Tensor(description: tensor, statistics: statistics)
    }
  }

  private static func statistics(
    of tensor: TensorDescription, in source: any TensorSource
  ) throws -> TensorStatistics? {
    guard source.tensor(tensor.name) != nil, tensor.elementType.isDecodable else { return nil }
    return try TensorStatistics(source.open(tensor.name))
  }

  private static func risks(_ checkpoint: Checkpoint) throws -> [String] {
    var risks: [String] = []
    if let place = checkpoint.place, place.file == nil {
      let endings = [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"]
      let pickles = try place.names().filter { name in
        endings.contains { name.hasSuffix($0) }
      }
      if !pickles.isEmpty {
        let list = pickles.prefix(4).joined(separator: ", ") + (pickles.count > 4 ? ", …" : "")
        risks.append("\(list): pickles, which can run code when they are loaded; not read here")
      }
    }
    for name in ["config.json", "tokenizer_config.json"] {
      guard let map = (try? checkpoint.document(name))?.object?["auto_map"]?.object else {
        continue
      }
      let classes = map.members.flatMap { $0.value.array ?? [$0.value] }.compactMap(\.string)
        .joined(separator: ", ")
      risks.append("\(name): auto_map (\(classes)): code that trust_remote_code would run")
    }
    return risks
  }
}
