import Checkpoints
package import JSON
import Reports
import Tensors

extension Inspection {
  /// The inspection as a JSON document, in the schema of `inspect --json`.
  package var document: JSONValue {
    var document = JSONObject()
    document["format"] = .string(format.rawValue)
    document["architecture"] = JSONValue(architecture)
    document["files"] = .array(
      files.map { ["path": .string($0.path), "bytes": .int($0.length)] })
    document["bytes"] = .int(byteCount)
    document["tensor_count"] = .int(tensors.count)
    document["parameter_count"] = .int(parameterCount)
    document["ffn"] =
      feedForward.map(Self.document) ?? .null
    if let container {
      document["complete"] = .bool(container.isComplete)
      document["overlay"] = .bool(container.isOverlay)
      document["importance"] = .string(container.importance)
      document["router"] = JSONValue(container.router)
      document["experts"] = .array(
        container.experts.enumerated().map { index, expert in
          [
            "expert": .int(index), "bytes": .int(expert.bytes),
            "parameters": .int(expert.parameters),
            "active_ffn_fraction": .double(expert.activeFFNFraction),
          ]
        })
      document["experts_total"] = .int(container.expertsTotal)
      document["dense_bytes"] = .int(container.use.denseBytes)
      document["use"] = .array(
        container.use.shares.map {
          [
            "purpose": .string($0.purpose.rawValue), "bytes": .int($0.stored),
            "plain_bytes": .int($0.plain),
          ]
        })
    }
    document["bits_per_parameter"] = .double(bitsPerParameter)
    document["metadata"] = .array(metadata.lines.map(Self.document))
    document["tokenizer"] = tokenizer.map {
      ["kind": .string($0.kind), "tokens": .int($0.tokens)]
    }
    document["mixture"] = mixture.map {
      [
        "experts": .int($0.experts), "used": JSONValue($0.used),
        "neurons": JSONValue($0.neurons), "layers": .int($0.layers),
      ]
    }
    document["adapter"] = adapter.map {
      ["type": JSONValue($0.type), "rank": JSONValue($0.rank), "base": JSONValue($0.base)]
    }
    document["tensors"] = .array(tensors.map(Self.document))
    if !unknownTensors.isEmpty {
      document["unknown_tensors"] = .array(
        unknownTensors.map {
          [
            "name": .string($0.name.text), "type": .int($0.type),
            "shape": .array($0.shape.map(JSONValue.int)), "bytes": JSONValue($0.bytes),
          ]
        })
    }
    document["notes"] = .array(notes.map(JSONValue.string))
    document["risks"] = .array(risks.map(JSONValue.string))
    document["problems"] = .array(problems.map { .string("\($0)") })
    return .object(document)
  }

  private static func document(_ ffn: FeedForward) -> JSONValue {
    var document = JSONObject()
    document["layers"] = .int(ffn.layers)
    document["hidden_size"] = .int(ffn.hiddenSize)
    document["intermediate_size"] = JSONValue(ffn.intermediateSize)
    if ffn.intermediateSize == nil {
      document["intermediate_sizes"] = .array(ffn.intermediateSizes.map(JSONValue.int))
    }
    document["activation"] = JSONValue(ffn.activation)
    document["gated"] = .bool(ffn.gated)
    return .object(document)
  }

  private static func document(_ line: MetadataSummary.Line) -> JSONValue {
    var document = JSONObject()
    document["key"] = .string(line.key)
    document["type"] = .string(line.type)
    document["value"] = line.value ?? .null
    document["count"] = line.count.map(JSONValue.int)
    return .object(document)
  }

  private static func document(_ tensor: Tensor) -> JSONValue {
    var document = JSONObject()
    document["name"] = .string(tensor.description.name.text)
    document["element_type"] = .string(tensor.description.elementType.rawValue)
    document["shape"] = .array(tensor.description.shape.map(JSONValue.int))
    document["bytes"] = .int(tensor.description.byteCount)
    if let statistics = tensor.statistics {
      document["statistics"] = [
        "count": .int(statistics.count), "min": JSONValue(statistics.min),
        "max": JSONValue(statistics.max), "mean": JSONValue(statistics.mean),
        "standard_deviation": JSONValue(statistics.standardDeviation),
        "zero": .int(statistics.zero), "nan": .int(statistics.nan),
        "infinity": .int(statistics.infinity),
      ]
    }
    return .object(document)
  }
}
