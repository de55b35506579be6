import Architectures
import ByteIO
import Calibration
import DMOE
import Evaluation
import Experts
package import JSON
import Tensors

extension CalibrationReport {
  package static let schemaVersion = 1

  /// JSON document as specified in `formats/report.md`.
  package var document: JSONValue {
    [
      "schema": "dynamoe.report",
      "schema_version": .int(Self.schemaVersion),
      "generator": .string(generator),
      "source": sourceDocument,
      "calibration": calibration.map(Self.document) ?? .null,
      "imatrix": importanceMatrix.map {
        [
          "datasets": .array($0.datasets.map(JSONValue.string)), "chunks": JSONValue($0.chunks),
        ]
      } ?? .null,
      "plan": planDocument,
      "output": [
        "name": .string(outputName),
        "bytes": .int(outputBytes), "overlay": .bool(isOverlay),
        "down_whole": .bool(exactness.keepsDownWhole),
        "recoded": .array(
          exactness.recoded.map {
            [
              "layer": .int($0.layer), "element_type": .string($0.elementType.rawValue),
              "relative_error": .double($0.relative), "max_error": .double($0.maximum),
            ]
          }),
        "experts": .array(
          experts.enumerated().map { index, expert in
            [
              "expert": .int(index), "bytes": .int(expert.bytes),
              "parameters": .int(expert.parameters),
              "active_ffn_fraction": .double(expert.activeFFNFraction),
            ]
          }),
      ],
      "routing": routing?.quality?.document ?? .null,
      "held_out": heldOut.map(Self.document) ?? .null,
      "recommendations": heldOut.flatMap { Recommendation.all($0.result.figures) }.map {
        .array($0.map(\.document))
      } ?? .null,
      "timing": heldOut.map { .array($0.result.figures.map(\.timing)) } ?? .null,
      "passages": passages.map { .array($0.map(\.document)) } ?? .null,
      "token_kinds": tokenKinds?.document ?? .null,
      "warnings": .array(warnings.map(JSONValue.string)),
    ]
  }

  private var sourceDocument: JSONValue {
    var document = JSONObject()
    document["name"] = .string(source.name)
    document["family"] = .string(source.family)
    document["layers"] = .int(source.neurons.layers.count)
    document["hidden_size"] = .int(source.hiddenSize)
    source.neurons.put(into: &document)
    document["tensor_count"] = .int(source.tensors)
    document["parameter_count"] = .int(source.parameters)
    document["bytes"] = .int(source.bytes)
    document["fingerprint"] = .string(source.fingerprint.description)
    return .object(document)
  }

  private var planDocument: JSONValue {
    [
      "recipe": .string(recipe.rawValue),
      "importance": .string(plan.importance.rawValue),
      "experts": .int(plan.experts),
      "alignment": .int(plan.alignment),
      "router": routerDocument,
      "compensation_rank": JSONValue(routing?.compensationRank),
      "skipping": routing?.skips == true ? "gate" : .null,
      "budgets": budgetsDocument,
      "layers": .array(
        plan.layers.enumerated().map { index, layer in
          [
            "layer": .int(index), "widths": .array(layer.widths.map(JSONValue.int)),
            "coverage": .array(layer.coverage.map(JSONValue.double)),
            "stability": stability.map {
              .array($0[index].agreement.map(JSONValue.double))
            } ?? .null,
            "sensitivity": JSONValue(routing?.sensitivities?[index]),
          ]
        }),
      "massive_neurons": massiveNeurons.map { neurons in
        .array(
          neurons.map {
            [
              "layer": .int($0.layer), "neuron": .int($0.peak.neuron), "expert": .int($0.expert),
              "ratio": .double($0.peak.ratio), "position": .int($0.peak.position),
              "divergence": .double($0.divergence),
            ]
          })
      } ?? .null,
    ]
  }

  private var routerDocument: JSONValue {
    guard let routing else { return .null }
    return [
      "kind": .string(routing.kind.rawValue),
      "predicts": .string(routing.target.rawValue),
      "parameters": .int(routing.parameters),
      "r2": .array(routing.determination.map { .array($0.map(JSONValue.double)) }),
    ]
  }

  private var budgetsDocument: JSONValue {
    guard let budgets = routing?.budgets else { return .null }
    return [
      "smallest": .double(budgets.smallest),
      "rows": .array(
        budgets.rows.map {
          ["cost": .double($0.cost), "routed": .double($0.routed), "oracle": .double($0.oracle)]
        }),
      "window_rows": budgets.windowRows.map { rows in
        .array(rows.map { ["cost": .double($0.cost), "routed": .double($0.price)] })
      } ?? .null,
    ]
  }

  private static func document(_ statistics: NeuronStatistics) -> JSONValue {
    [
      "tokens": .int(statistics.tokens),
      "positions": .int(statistics.positions),
      "parts": .array(
        statistics.parts.map { part in
          [
            "text_sha256": .string(part.textDigest.description), "context": .int(part.context),
            "bos_token": JSONValue(part.beginningToken),
            "data_shard": .string(part.shard.description),
            "tokens": .int(part.tokens),
          ]
        }),
    ]
  }

  private static func document(_ heldOut: HeldOut) -> JSONValue {
    [
      "tokens": .int(heldOut.result.targets),
      "context": .int(heldOut.context),
      "text_sha256": .string(heldOut.textDigest.description),
      "variants": .array(heldOut.result.figures.map { .object($0.measures) }),
      "quantized": .array(heldOut.result.rounded.map(\.document)),
    ]
  }
}
