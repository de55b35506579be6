package import Architectures
import ByteIO
import DMOE
import JSON
package import Kernels
package import Tensors

/// Model that can be run: a checkpoint of a known family whose tensors match its configuration.
package struct Model: Sendable {
  package let checkpoint: Checkpoint
  package let family: Family
  package internal(set) var configuration: ModelConfiguration
  /// Differences of its tensor names from the family's.
  var renaming: TensorLayout.Renaming
  /// Shared by copies of the model, as rounding changes neither.
  let fingerprintMemo = Memo<SHA256Digest>()
  let tokenizerMemo = Memo<DescribedTokenizer>()
  /// The type that its matrices are rounded to; nil for the weights as they are.
  package var rounding: ElementType?
  /// Precision of products with its weights.
  package var precision = Precision.f32

  package var path: String { checkpoint.path }

  package var layout: TensorLayout { family.layouts[checkpoint.naming] ?? .nameless }

  /// Name of the tensor with a role; nil if the family has none.
  package func tensorName(_ role: TensorRole, layer: Int? = nil) -> String? {
    family.tensorName(role, layer: layer, checkpoint.naming)
      .map { TensorLayout.renamed($0, by: renaming) }
  }

  /// Roles of all tensors that the family names and a model of this configuration has.
  package var roles: [TensorName: TensorRole] {
    var roles: [TensorName: TensorRole] = [:]
    for role in TensorRole.allCases where configuration.has(role) {
      let layers = role.isPerLayer ? (0..<configuration.layers).map(Optional.init) : [nil]
      for layer in layers {
        if let name = tensorName(role, layer: layer) { roles[TensorName(name)] = role }
      }
    }
    return roles
  }

  package init(path: String, family: String? = nil) throws(ModelError) {
    try self.init(Checkpoint(path: path, family: family))
  }

  /// - Parameters:
  ///   - checkpoint: in any format.
  ///   - modelType: replaces the `model_type` of `config.json`; nil to keep it.
  /// - Throws: ``ModelError`` if the family is unknown, or the tensors do not match the
  ///   configuration.
  package init(_ checkpoint: Checkpoint, as modelType: String? = nil) throws(ModelError) {
    guard checkpoint.hasWeights else { throw .noBase(path: checkpoint.path) }
    if let adapter = try checkpoint.adapter() {
      throw .unsupported(
        path: checkpoint.path, what: "\(adapter), without its weights",
        advice: Adapter.advice)
    }
    self.checkpoint = checkpoint
    (family, configuration) =
      switch checkpoint.naming {
      case .transformers: try Self.described(byConfigurationOf: checkpoint, as: modelType)
      case .gguf: try Self.described(byMetadataOf: checkpoint)
      }
    renaming = family.layouts[checkpoint.naming]?.renaming(of: checkpoint) ?? []
    try findHead()
    try checkTensors()
    if let container = checkpoint.container {
      try Self.check(container.directory, against: configuration, family, path)
    }
  }

  /// Prefix of the `model_type` in a folder exported with the experts of a container.
  package static let exported = "dynamoe_"

  /// Reads family and configuration from `config.json`.
  private static func described(
    byConfigurationOf checkpoint: Checkpoint, as stated: String?
  ) throws(ModelError) -> (Family, ModelConfiguration) {
    let path = checkpoint.path
    guard let document = try checkpoint.document("config.json") else {
      if let adapter = try checkpoint.adapterBase() {
        throw .unsupported(
          path: path,
          what: "it is an adapter (LoRA or the like) of \(adapter), without its weights",
          advice: Adapter.advice)
      }
      throw .noConfiguration(path: path)
    }
    let described = try describedFamily(of: checkpoint)
    do {
      let root = JSONField(document)
      let language = LanguageConfiguration(document)
      try refuseMixtures(JSONField(language?.document ?? document), path)
      try checkWeights(root, checkpoint)
      if let described {
        let configuration = try ModelConfiguration(document, family: described)
        try DescribedConfiguration(root, described, configuration).check()
        return (described, configuration)
      }
      let modelType = try stated ?? root.member("model_type").string()
      if modelType.hasPrefix(Self.exported) {
        throw ModelError.routedFolder(path: path)
      }
      if stated == nil, let language, let family = language.family {
        return try Self.described(by: language.document, family, checkpoint)
      }
      guard let family = Family.known(modelType: modelType, document) else {
        throw ModelError.unknownFamily(path: path, modelType: language?.modelType ?? modelType)
      }
      return (family, try ModelConfiguration(document, family: family))
    } catch let error as JSONFieldError {
      throw .configuration(path: path, file: "config.json", error)
    } catch {
      throw error as? ModelError ?? .noConfiguration(path: path)
    }
  }

  /// Throws if layers of the family are not run.
  package func checkRuns() throws(ModelError) {
    guard let unrun = family.unrun else { return }
    throw .notRun(path: path, family: family.name, layers: unrun)
  }

  /// Family described by the user or in the checkpoint; nil without description.
  private static func describedFamily(of checkpoint: Checkpoint) throws(ModelError) -> Family? {
    let name = Checkpoint.familyName
    guard let document = try checkpoint.document(name) else { return nil }
    do throws(JSONFieldError) {
      return try FamilyDescription(document).family()
    } catch {
      throw .configuration(path: checkpoint.path, file: checkpoint.source(of: name), error)
    }
  }

  /// Throws if the configuration names another file of weights, which Transformers would read.
  private static func checkWeights(_ root: JSONField, _ checkpoint: Checkpoint) throws {
    guard checkpoint.container == nil,
      let name = root.value.object?["transformers_weights"]?.string,
      !checkpoint.ownedPaths.contains(where: { Folder.name(of: $0) == name })
    else { return }
    throw ModelError.unsupported(
      path: checkpoint.path,
      what: "config.json names other weights (transformers_weights: \(name))",
      advice: "give that file, or remove the key")
  }

  /// Throws for mixtures of experts.
  private static func refuseMixtures(_ root: JSONField, _ path: String) throws {
    for key in ["num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"] {
      guard let experts = root.value.object?[key]?.int, experts > 1 else { continue }
      throw ModelError.unsupported(
        path: path, what: "it is a mixture of \(experts) experts already (config.json: \(key))",
        advice: "only dense models can be run and partitioned")
    }
  }

  /// Reads family and configuration from the keys of a GGUF file.
  private static func described(
    byMetadataOf checkpoint: Checkpoint
  ) throws(ModelError) -> (Family, ModelConfiguration) {
    guard let metadata = try checkpoint.metadata() else {
      throw .noConfiguration(path: checkpoint.path)
    }
    let described = try describedFamily(of: checkpoint)
    do {
      let keys = try ConfigurationKeys(metadata, path: checkpoint.path)
      let named = described.flatMap { family in
        [family.gguf?.architecture, family.gguf?.mixed].contains(keys.architecture) ? family : nil
      }
      let known =
        described == nil
        ? Family.known(architecture: keys.architecture, tensors: checkpoint) : named
      guard let family = known, let gguf = family.gguf else {
        throw ModelError.unknownArchitecture(
          path: checkpoint.path, architecture: keys.architecture)
      }
      let configuration = try ModelConfiguration(
        keys, gguf, family, tensors: checkpoint, source: checkpoint.source)
      return (family, configuration)
    } catch let error as ArchitectureError {
      throw ModelError(error)
    } catch {
      throw error as? ModelError ?? .noConfiguration(path: checkpoint.path)
    }
  }

  /// Throws if a container's directory contradicts the configuration that it carries.
  private static func check(
    _ directory: DMOEDirectory, against configuration: ModelConfiguration, _ family: Family,
    _ path: String
  ) throws(ModelError) {
    let stated = directory.model
    let wanted = DMOEDirectory.Model(
      family: family.name, hiddenSize: configuration.hiddenSize, neurons: configuration.neurons,
      activation: configuration.activation.rawValue, gated: family.gated)
    guard stated == wanted else {
      throw .configuration(
        path: path, file: "directory",
        JSONFieldError(
          field: "model", expected: "family, sizes and activation of the configuration",
          found: "others"))
    }
  }
}
