package import Architectures
package import ByteIO
package import DMOE
import GGUF
import Safetensors
package import Tensors

/// Model on disk in any format: its tensors, and the small files that describe it.
///
/// It need not be a model that can be run; ``Model`` checks that.
package struct Checkpoint: TensorList {
  package enum Storage: Sendable {
    case dense(DenseStorage)
    case container(DMOEReader)
    /// Container without weights, and the checkpoint that has them.
    case overlay(DMOEReader, base: DenseStorage)
  }

  package let path: String
  package let storage: Storage
  /// All tensors of the dense model, including those that a container has cut into rings.
  package let tensors: [TensorDescription]
  private let byName: [TensorName: Int]
  /// Family description given by the user; nil to use the checkpoint's own.
  let familyDescription: [UInt8]?
  /// Path of that description.
  let familyPath: String?
  /// Replacement for its `config.json`; nil to use the file.
  let configuration: [UInt8]?
  /// Tensors in the files that do not belong to the model.
  private let hidden: Set<TensorName>
  /// Cache of the files beside the weights.
  let companionFiles: CompanionFiles
  /// Remark on the snapshot that was read of a repository of the Hub's cache; nil for other paths.
  let repositoryNote: String?

  /// - Parameters:
  ///   - path: a file, a folder, or a repository in a cache of the Hub.
  ///   - family: a file that describes the model's family; nil for a built-in family, or a
  ///     description in the checkpoint.
  /// - Throws: ``ModelError`` if the path is no checkpoint or cannot be read.
  package init(path: String, family: String? = nil) throws(ModelError) {
    let (place, note) = try HubRepository.place(of: path)
    try self.init(place, family: family, note: note)
  }

  /// - Parameters:
  ///   - place: place of the weights and the files beside them.
  ///   - family: as above.
  /// - Throws: ``ModelError`` if the place holds no checkpoint or cannot be read.
  package init(_ place: any Place, family: String? = nil) throws(ModelError) {
    try self.init(place, family: family, note: nil)
  }

  private init(_ place: any Place, family: String?, note: String?) throws(ModelError) {
    path = place.path
    repositoryNote = note
    configuration = nil
    hidden = []
    familyPath = family
    companionFiles = CompanionFiles(place)
    do {
      familyDescription = try family.map { (family) throws(FileError) in
        try InputFile(path: family).readAll(limit: 1 << 20)
      }
    } catch {
      throw .file(error)
    }
    switch try CheckpointFormat(place) {
    case .safetensors:
      do {
        let reader = try SafetensorsReader(place)
        storage = .dense(.safetensors(reader))
        tensors = reader.tensors
      } catch {
        throw Self.refusal(error, of: path)
      }
    case .gguf:
      do {
        let reader = try GGUFReader(place)
        storage = .dense(.gguf(reader))
        tensors = reader.tensors
      } catch {
        throw Self.refusal(error, of: place)
      }
    case .dmoe:
      do {
        let reader = try DMOEReader(place)
        storage = .container(reader)
        tensors = reader.directory.sourceTensors.map(\.description)
      } catch {
        throw .container(error)
      }
    }
    byName = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// Overlay with the tensors of its base; the caller has compared them.
  init(
    _ overlay: DMOEReader, path: String, base: DenseStorage, describedBy described: Checkpoint,
    companionFiles: CompanionFiles
  ) {
    self.path = path
    repositoryNote = nil
    self.companionFiles = companionFiles
    familyDescription = described.familyDescription
    familyPath = described.familyPath
    configuration = nil
    hidden = []
    storage = .overlay(overlay, base: base)
    tensors = base.source.tensors
    byName = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// Checkpoint without the `hidden` tensors, described by another `config.json`.
  package init(
    _ checkpoint: Checkpoint, configuration: [UInt8], hiding hidden: Set<TensorName> = []
  ) {
    path = checkpoint.path
    familyDescription = checkpoint.familyDescription
    familyPath = checkpoint.familyPath
    companionFiles = checkpoint.companionFiles
    repositoryNote = checkpoint.repositoryNote
    self.configuration = configuration
    storage = checkpoint.storage
    self.hidden = checkpoint.hidden.union(hidden)
    tensors = checkpoint.tensors.filter { !hidden.contains($0.name) }
    byName = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  package func tensor(_ name: TensorName) -> TensorDescription? { byName[name].map { tensors[$0] } }

  /// Type number of a tensor if it is an unknown type; nil for all other tensors.
  func unknownType(of name: TensorName) -> UInt32? {
    guard case .dense(.gguf(let reader)) = storage else { return nil }
    return reader.unknownTensors.first { $0.name == name }?.typeNumber
  }

  /// The tensors of the dense model whose bytes can be read.
  package var source: any TensorSource {
    let source: any TensorSource =
      switch storage {
      case .dense(let storage): storage.source
      case .container(let reader): DenseTensors(reader)
      case .overlay(_, let base): base.source
      }
    return hidden.isEmpty ? source : SelectedTensors(source, hiding: hidden)
  }

  /// The dense tensors that an overlay takes its weights from; nil for other checkpoints.
  package var base: (any TensorSource)? {
    if case .overlay(_, let base) = storage { base.source } else { nil }
  }

  package var container: DMOEReader? {
    switch storage {
    case .dense: nil
    case .container(let reader), .overlay(let reader, _): reader
    }
  }

  /// Whether the weights are in another checkpoint, attached or not.
  package var isOverlay: Bool { container?.directory.isOverlay ?? false }

  /// Whether the weights can be read.
  package var hasWeights: Bool {
    if case .container(let reader) = storage { !reader.directory.isOverlay } else { true }
  }

  /// Naming convention of its tensors.
  package var naming: TensorNaming {
    switch storage {
    case .dense(let storage): storage.naming
    case .container(let reader), .overlay(let reader, _):
      reader.directory.sourceFormat == .gguf ? .gguf : .transformers
    }
  }

  /// Files of the weights, with their lengths in bytes.
  package var files: [(path: String, length: Int)] {
    switch storage {
    case .dense(let storage): storage.files
    case .container(let reader): [(reader.path, reader.file.length)]
    case .overlay(let reader, let base):
      [(reader.path, reader.file.length)] + base.files
    }
  }

  /// Number of bytes read from the files so far.
  package var bytesRead: Int {
    switch storage {
    case .dense(let storage): storage.bytesRead
    case .container(let reader): reader.file.bytesRead
    case .overlay(let reader, let base): reader.file.bytesRead + base.bytesRead
    }
  }

  package func checkUnchanged() throws(ModelError) {
    do {
      try source.checkUnchanged()
    } catch {
      throw .tensor(error)
    }
  }
}
