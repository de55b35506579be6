import Architectures
package import ByteIO
import DMOE
package import GGUF
package import JSON
import Tensors

/// Files that belong to a model beside its weights and are copied with it.
extension Checkpoint {
  private static let licenses = ["LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE"]
  private static let documents = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model",
    "vocab.txt", "spiece.model", "sentencepiece.bpe.model", "tekken.json", "chat_template.jinja",
    "chat_template.json", familyName, cardName,
  ]
  /// Description of a family that is not built in.
  package static let familyName = "dynamoe-family.json"
  /// Model card.
  package static let cardName = "README.md"
  /// Keys of a GGUF file, as a GGUF file without tensors (`formats/dmoe.md`, section 5).
  private static let metadataName = "metadata.gguf"

  /// Files that describe configuration and family; any of them may be missing.
  package static let descriptions = ["config.json", metadataName, familyName]

  /// Names of all possible companions, present or not, and of the chat templates that are present.
  package var companions: [String] {
    switch naming {
    case .transformers: Self.documents + Self.licenses + chatTemplates
    case .gguf: [Self.metadataName, Self.familyName] + Self.licenses
    }
  }

  /// Whether an export may contain a companion of this name, or the folder of such ones.
  package static func isCompanion(_ name: String) -> Bool {
    documents.contains(name) || licenses.contains(name) || isChatTemplate(name)
      || name == CompanionName.templateFolder
  }

  private static func isChatTemplate(_ name: String) -> Bool {
    name.hasPrefix(CompanionName.templateFolder + "/") && name.hasSuffix(".jinja")
  }

  /// Names of the further chat templates, beside that of `chat_template.jinja`.
  private var chatTemplates: [String] {
    switch storage {
    case .dense, .overlay: companionFiles.chatTemplates.filter(Self.isChatTemplate)
    case .container(let container):
      container.directory.sections[0].tensors.compactMap { tensor in
        guard case .file(let name) = tensor.kind, Self.isChatTemplate(name.text) else {
          return nil
        }
        return name.text
      }
    }
  }

  /// Place of the companions; nil for a container, which carries its own.
  package var place: (any Place)? {
    switch storage {
    case .dense, .overlay: companionFiles.place
    case .container: nil
    }
  }

  /// Paths of the weights, and of all files that may accompany them, present or not.
  package var ownedPaths: [String] {
    let names = Self.documents + Self.licenses + chatTemplates + ["model.safetensors.index.json"]
    return files.map(\.path) + [familyPath].compactMap(\.self)
      + (place.map { place in names.map { place.path(of: $0) } } ?? [])
  }

  /// Bytes of a companion; nil if there is none.
  package func companion(_ name: String) throws(ModelError) -> [UInt8]? {
    if name == Self.familyName, let familyDescription { return familyDescription }
    if name == "config.json", let configuration { return configuration }
    switch storage {
    case .container(let container):
      guard let tensor = container.shared(.file(TensorName(name))) else { return nil }
      do {
        return try container.read(tensor)
      } catch {
        throw .tensor(error)
      }
    case .dense(.gguf(let reader)) where name == Self.metadataName,
      .overlay(_, base: .gguf(let reader)) where name == Self.metadataName:
      do {
        return try reader.metadata.standaloneFile()
      } catch {
        throw .gguf(error)
      }
    case .dense, .overlay:
      guard companions.contains(name) else { return nil }
      do {
        guard let bytes = try companionFiles.bytes(of: name) else { return nil }
        // A model card begins with front matter; any other README belongs to something else.
        return name == Self.cardName && !bytes.starts(with: Array("---".utf8)) ? nil : bytes
      } catch {
        throw .file(error)
      }
    }
  }

  /// Name of the file that stands for a companion, for errors.
  func source(of name: String) -> String {
    name == Self.familyName ? familyPath ?? name : name
  }

  /// Parsed JSON of a companion; nil if there is none.
  package func document(_ name: String) throws(ModelError) -> JSONValue? {
    guard let bytes = try companion(name) else { return nil }
    do {
      return try JSONScanner.scan(bytes, as: name == Self.familyName ? .strict : .python)
    } catch {
      if let pointer = GitLFSPointer(bytes) {
        throw .pointer(path: path, file: name, size: pointer.size)
      }
      throw .configurationText(path: path, file: source(of: name), error)
    }
  }

  /// GGUF keys of the model and its tokenizer; nil for models of other formats.
  package func metadata() throws(ModelError) -> GGUFMetadata? {
    switch storage {
    case .dense(.gguf(let reader)), .overlay(_, base: .gguf(let reader)): return reader.metadata
    case .dense(.safetensors), .overlay(_, base: .safetensors): return nil
    case .container:
      guard naming == .gguf, let bytes = try companion(Self.metadataName) else { return nil }
      do {
        return try GGUFMetadata(file: bytes, path: "\(path): \(Self.metadataName)")
      } catch {
        throw .gguf(error)
      }
    }
  }

  /// Whether any file describes the model, beyond the shapes of its tensors.
  package var isDescribed: Bool {
    get throws(ModelError) {
      switch naming {
      case .transformers: try companion("config.json") != nil
      case .gguf: try metadata()?.entry("general.architecture") != nil
      }
    }
  }
}
