import ByteIO
import GGUF
import JSON
import Tensors

/// Weights that change another model, such as those of LoRA.
package struct Adapter: Sendable, Equatable {
  /// Method, such as `LORA`; nil if no file names it.
  package let type: String?
  package let rank: Int?
  /// Name of the model that it adapts; nil if no file names it.
  package let base: String?

  static let advice =
    "merge it into that model (in PEFT: merge_and_unload), and give the merged one"

  package init(type: String?, rank: Int?, base: String?) {
    self.type = type
    self.rank = rank
    self.base = base
  }
}

extension Adapter: CustomStringConvertible {
  package var description: String {
    "an adapter (\(type ?? "LoRA or the like")\(rank.map { ", rank \($0)" } ?? ""))"
      + " of \(base ?? "another model")"
  }
}

extension Checkpoint {
  private static let adapterConfiguration = "adapter_config.json"

  /// The adapter that the weights are; nil if they are a model's.
  package func adapter() throws(ModelError) -> Adapter? {
    guard case .dense(let storage) = self.storage else { return nil }
    let low = tensors.first { tensor in
      let name = tensor.name.text.lowercased()
      return name.hasSuffix(".lora_a") || name.contains(".lora_a.")
    }
    switch storage {
    case .gguf(let reader):
      do {
        guard try reader.metadata.stringIfPresent("general.type") == "adapter" else { return nil }
        return Adapter(
          type: try reader.metadata.stringIfPresent("adapter.type"),
          rank: low?.shape.min(),
          base: try reader.metadata.stringIfPresent("general.base_model.0.name"))
      } catch {
        throw .gguf(error)
      }
    case .safetensors:
      let isNamed = files.contains { Folder.name(of: $0.path).hasPrefix("adapter") }
      let object = try adapterDocument()
      guard low != nil || isNamed && object != nil else { return nil }
      return Adapter(
        type: object?["peft_type"]?.string ?? object?["fine_tune_type"]?.string,
        rank: object?["r"]?.int ?? low?.shape.min(),
        base: object?["base_model_name_or_path"]?.string ?? object?["model"]?.string)
    }
  }

  /// Name of the model that an adapter adapts; nil if no file beside the weights describes one.
  func adapterBase() throws(ModelError) -> String? {
    try adapterDocument().map { $0["base_model_name_or_path"]?.string ?? "another model" }
  }

  /// Description of an adapter, empty if it is no JSON object; nil without the file.
  private func adapterDocument() throws(ModelError) -> JSONObject? {
    guard case .dense = storage, let place, place.contains(Self.adapterConfiguration) else {
      return nil
    }
    do {
      let bytes = try place.open(Self.adapterConfiguration).readAll(limit: 1 << 20)
      return (try? JSONScanner.scan(bytes))?.object ?? JSONObject()
    } catch {
      throw .file(error)
    }
  }
}
