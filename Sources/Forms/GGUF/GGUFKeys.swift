import Architectures
import Checkpoints
import Containers
import DMOE
package import GGUF
import Kernels
import Reports
import Running
import Tensors

/// Metadata of a GGUF file with one expert.
package struct GGUFKeys {
  package let pairs: [GGUFKeyValue]
  let architecture: String
  /// Human-readable differences between the source and llama.cpp's computation.
  let notes: [String]

  /// Keys that do not describe the model and may differ between two exports of it.
  package static let incidental = ["general.name", prefix + "generator"]
  /// Key of a file whose down projections are refitted.
  package static let refitted = prefix + "refitted"
  /// Prefix of the keys that only this program writes.
  private static let prefix = "dynamoe."

  /// - Parameters:
  ///   - expert: the expert in the file.
  ///   - model: the full model.
  ///   - type: type of the matrices; nil keeps the stored types.
  ///   - isRefitted: whether the down projections are refitted.
  ///   - tensors: tensors of the file.
  ///   - generator: name and version of the program.
  /// - Throws: ``FormError`` for anything that GGUF cannot express.
  init(
    _ expert: ExpertTensors, of model: Model, type: GGUFMatrixType?, isRefitted: Bool,
    tensors: GGUFTensors, generator: String
  ) throws {
    let checkpoint = model.checkpoint
    guard let gguf = model.family.gguf else {
      throw FormError.notInGGUF(
        path: checkpoint.path,
        what: "the family \(model.family.name), whose form in GGUF is not known here,")
    }
    architecture = try Self.architecture(expert, model, gguf)
    let own =
      [
        GGUFKeyValue(Self.prefix + "generator", .text(generator)),
        GGUFKeyValue(Self.prefix + "expert", .u32(UInt32(expert.expert))),
      ] + (isRefitted ? [GGUFKeyValue(Self.refitted, .bool(true))] : [])
    switch checkpoint.naming {
    case .gguf:
      pairs = try Self.taken(from: checkpoint, expert, architecture, type, tensors) + own
      notes = []
    case .transformers:
      guard model.family.isEncoder || model.configuration.hasHead else {
        // llama.cpp would take the embedding for it.
        throw FormError.notInGGUF(
          path: checkpoint.path, what: "a model without an output projection")
      }
      if let what = model.configuration.inexpressible(in: gguf, model.family) {
        throw FormError.notInGGUF(path: checkpoint.path, what: what)
      }
      pairs =
        try Self.general(checkpoint, architecture)
        + Self.modelKeys(expert, model, gguf, architecture) + Self.activationKeys(model)
        + Self.files(tensors, type) + GGUFTokenizerKeys.pairs(of: model) + own
      let window = model.configuration.forgottenWindow(in: gguf, model.family).map {
        "llama.cpp ignores the attention window of \($0) positions: results differ on longer texts"
      }
      let wrapper = model.family.wrapper.map { _ in
        "the file holds the language model only, without the parts for images or sound"
      }
      notes = [window, wrapper].compactMap(\.self)
    }
  }

  /// Architecture for the expert's widths, which may differ between layers.
  private static func architecture(
    _ expert: ExpertTensors, _ model: Model, _ gguf: Family.GGUF
  ) throws -> String {
    let own =
      try model.checkpoint.metadata()?.string("general.architecture") ?? gguf.architecture
    guard !expert.hasEqualWidths else { return own }
    guard let mixed = gguf.mixed else {
      throw FormError.mixedWidthsInGGUF(
        expert: expert.expert, widths: expert.widths, architecture: own)
    }
    return mixed
  }

  /// Keys of a GGUF source, with the changes for the expert.
  private static func taken(
    from checkpoint: Checkpoint, _ expert: ExpertTensors, _ architecture: String,
    _ type: GGUFMatrixType?, _ tensors: GGUFTensors
  ) throws -> [GGUFKeyValue] {
    guard let metadata = try checkpoint.metadata() else {
      throw ModelError.noConfiguration(path: checkpoint.path)
    }
    let source = try metadata.string("general.architecture")
    var pairs: [GGUFKeyValue] = []
    for entry in metadata.entries {
      let copy = try metadata.copy(of: entry)
      switch copy.key {
      case "general.architecture": pairs.append(GGUFKeyValue(copy.key, .text(architecture)))
      case "\(source).\(GGUFModelKey.intermediateSize.rawValue)":
        pairs.append(width(expert, architecture))
      case "general.file_type" where type != nil: break
      case "general.quantization_version": break
      // The source was itself exported by this program.
      case let key where key.hasPrefix(prefix): break
      case let key where key.hasPrefix(source + "."):
        pairs.append(copy.renamed(architecture + key.dropFirst(source.count)))
      default: pairs.append(copy)
      }
    }
    let files = files(tensors, type)
    return pairs + (type == nil ? Array(files.suffix(1)) : files)
  }

  private static func general(
    _ checkpoint: Checkpoint, _ architecture: String
  ) throws -> [GGUFKeyValue] {
    var pairs = [
      GGUFKeyValue("general.architecture", .text(architecture)),
      GGUFKeyValue("general.type", .text("model")),
      GGUFKeyValue("general.name", .text(name(of: checkpoint))),
    ]
    if let license = CardLicense(card: try checkpoint.companion(Checkpoint.cardName), text: nil) {
      pairs.append(GGUFKeyValue("general.license", .text(license.identifier)))
    }
    return pairs
  }

  private static func name(of checkpoint: Checkpoint) -> String {
    let (name, ending) = (checkpoint.name, ".dmoe")
    return name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : name
  }

  private static func modelKeys(
    _ expert: ExpertTensors, _ model: Model, _ gguf: Family.GGUF, _ architecture: String
  ) -> [GGUFKeyValue] {
    model.configuration.keys(gguf, model.family).map { key, value in
      key == .intermediateSize
        ? width(expert, architecture) : GGUFKeyValue("\(architecture).\(key.rawValue)", value)
    }
  }

  /// Numbers of an activation that each layer learns, which the source has as tensors.
  private static func activationKeys(_ model: Model) throws -> [GGUFKeyValue] {
    guard model.configuration.activation == .xielu else { return [] }
    return try LearnedActivation.keys.map { role, name in
      let numbers = try (0..<model.configuration.layers).map {
        try model.activationNumber(role, layer: $0, parallel: .within)
      }
      return GGUFKeyValue(name, .array(.f32(numbers)))
    }
  }

  /// Feed-forward width: one number, or an array with one per layer if they differ.
  private static func width(_ expert: ExpertTensors, _ architecture: String) -> GGUFKeyValue {
    let widths = expert.widths.map { UInt32($0) }
    return GGUFKeyValue(
      "\(architecture).\(GGUFModelKey.intermediateSize.rawValue)",
      expert.hasEqualWidths ? .u32(widths[0]) : .array(.u32(widths)))
  }

  /// File type, which names the prevalent matrix type, and version of the quantised blocks.
  private static func files(_ tensors: GGUFTensors, _ type: GGUFMatrixType?) -> [GGUFKeyValue] {
    let stored = type ?? tensors.prevalentType
    let kind = stored.map { [GGUFKeyValue("general.file_type", .u32($0.fileType))] } ?? []
    return kind + [GGUFKeyValue("general.quantization_version", .u32(2))]
  }
}

extension GGUFTensors {
  /// Type with the most elements among the exportable types of matrices.
  fileprivate var prevalentType: GGUFMatrixType? {
    var counts: [GGUFMatrixType: Int] = [:]
    for tensor in source.tensors where tensor.shape.count > 1 {
      guard let type = GGUFMatrixType(tensor.elementType) else { continue }
      counts[type, default: 0] += tensor.elementCount
    }
    return GGUFMatrixType.allCases.max { counts[$0, default: 0] < counts[$1, default: 0] }
  }
}
