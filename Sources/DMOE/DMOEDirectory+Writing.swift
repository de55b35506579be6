import Architectures
import ByteIO
import JSON
import Tensors

extension DMOEDirectory {
  static let alignment = 64

  static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }

  /// Encodes the directory as JSON, padded with spaces to the next multiple of 64.
  ///
  /// Checksums and digests have a fixed width, so that unknown ones do not change the length.
  func encoded() -> [UInt8] {
    var bytes = JSONWriter.write(document)
    bytes += repeatElement(0x20, count: Self.aligned(bytes.count) - bytes.count)
    return bytes
  }

  private var document: JSONValue {
    var object = JSONObject()
    object["generator"] = generator.map(JSONValue.string)
    object["requires"] = .array(requirements.map { .string($0.rawValue) })
    object["block_bytes"] = .int(blockBytes)
    object["model"] = [
      "family": .string(model.family), "layers": .int(model.layers),
      "hidden_size": .int(model.hiddenSize), "intermediate_size": model.neurons.document,
      "activation": .string(model.activation), "gated": .bool(model.gated),
    ]
    var plan: JSONObject = JSONObject()
    plan["importance"] = .string(importance)
    plan["widths"] = .array(widths.map { .array($0.map(JSONValue.int)) })
    plan["recipe"] = recipe.map(JSONValue.string)
    plan["router"] = routing.map {
      ["kind": .string($0.router.rawValue), "predicts": .string($0.target.rawValue)]
    }
    plan["compensation"] = routing?.compensationRank.map { ["rank": .int($0)] }
    object["plan"] = .object(plan)
    object["source"] = source
    object["sections"] = .array(
      sections.enumerated().map { index, section in
        var object = JSONObject()
        object["kind"] = index == 0 ? "shared" : "ring"
        object["ring"] = index == 0 ? nil : .int(index - 1)
        object["offset"] = .int(section.offset)
        object["length"] = .int(section.length)
        object["tensors"] = .array(section.tensors.map { $0.document })
        return .object(object)
      })
    return .object(object)
  }

  private var requirements: [Feature] {
    (isOverlay ? [.base] : []) + (model.neurons.uniform == nil ? [.layerWidths] : [])
      + (routing?.skips == true ? [.skipping] : [])
  }

  private var source: JSONValue {
    var object = JSONObject()
    object["format"] = .string(sourceFormat.rawValue)
    if !sourceMetadata.isEmpty {
      object["metadata"] = .object(
        JSONObject(sourceMetadata.map { .init(name: $0.key, value: .string($0.value)) }))
    }
    object["tensors"] = .array(
      sourceTensors.map { tensor in
        var object = JSONObject()
        object["name"] = .string(tensor.description.name.text)
        object["element_type"] = .string(tensor.description.elementType.rawValue)
        object["shape"] = .array(tensor.description.shape.map(JSONValue.int))
        object["sha256"] = .string(
          tensor.digest?.description ?? String(repeating: "0", count: 64))
        object["ffn"] = tensor.cut.map(\.document)
        return .object(object)
      })
    return .object(object)
  }
}

extension NeuronCounts {
  /// One number, or an array of each layer's if they differ.
  fileprivate var document: JSONValue {
    uniform.map(JSONValue.int) ?? .array(layers.map(JSONValue.int))
  }
}

extension FeedForwardCut {
  fileprivate var document: JSONValue {
    var object = JSONObject()
    object["layer"] = .int(layer)
    object["parts"] = .array(parts.map { .string($0.rawValue) })
    object["neuron_axis"] = .int(neuronAxis)
    switch storage {
    case .rings: break
    case .whole: object["whole"] = true
    case .recoded(let type): object["ring_type"] = .string(type.rawValue)
    }
    return .object(object)
  }
}

extension StoredTensor {
  fileprivate var document: JSONValue {
    var object = JSONObject()
    switch kind {
    case .source(let name):
      object["kind"] = "source"
      object["name"] = .string(name.text)
    case .permutation(let layer):
      object["kind"] = "permutation"
      object["layer"] = .int(layer)
    case .file(let name):
      object["kind"] = "file"
      object["name"] = .string(name.text)
    case .part(let part, let layer):
      object["kind"] = .string(part.rawValue)
      object["layer"] = .int(layer)
    case .router(let name, let layer):
      object["kind"] = "router"
      object["name"] = .string(name)
      object["layer"] = .int(layer)
    case .compensation(let name, let layer):
      object["kind"] = "compensation"
      object["name"] = .string(name)
      object["layer"] = .int(layer)
    case .skipping(let name, let layer):
      object["kind"] = "skipping"
      object["name"] = .string(name)
      object["layer"] = .int(layer)
    case .budgets(let name):
      object["kind"] = "budgets"
      object["name"] = .string(name)
    case .sensitivity:
      object["kind"] = "sensitivity"
    case .other(let kind):
      object["kind"] = .string(kind)
    }
    object["element_type"] = .string(elementType.rawValue)
    object["shape"] = .array(shape.map(JSONValue.int))
    object["offset"] = .int(offset)
    object["blocks"] = .array(
      blocks.map { block in
        let digits = String(block.checksum, radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        return [.int(block.length), .string(padded)]
      })
    return .object(object)
  }
}
