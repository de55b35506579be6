package import JSON
import Models
import Reports
import Tensors

extension Inspection {
  /// The inspection under the keys of design section 5.
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
      feedForward.map { ffn in
        [
          "layers": .int(ffn.layers), "hidden_size": .int(ffn.hiddenSize),
          "intermediate_size": .int(ffn.intermediateSize),
          "activation": JSONValue(ffn.activation), "gated": .bool(ffn.gated),
        ]
      } ?? .null
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
    document["tensors"] = .array(tensors.map(Self.document))
    document["risks"] = .array(risks.map(JSONValue.string))
    document["problems"] = .array(problems.map(JSONValue.string))
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
